CREATE TABLE `mcp_tools` (
	`server` text NOT NULL,
	`tool` text NOT NULL,
	`state` text NOT NULL,
	`pin` text NOT NULL,
	`definition` text NOT NULL,
	`approved_pin` text,
	`approved_definition` text,
	`approved_by` text,
	`approved_at` integer,
	`seen_at` integer NOT NULL,
	`gone_at` integer,
	`scopes` text,
	PRIMARY KEY(`server`, `tool`)
);
