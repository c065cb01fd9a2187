CREATE TABLE `authorities` (
	`tenant` text NOT NULL,
	`connection` text NOT NULL,
	`server` text NOT NULL,
	`resource` text NOT NULL,
	`issuer` text NOT NULL,
	`scopes` text NOT NULL,
	`seen_at` integer NOT NULL,
	`other` text,
	`changed_at` integer,
	PRIMARY KEY(`tenant`, `connection`)
);
--> statement-breakpoint
CREATE TABLE `oauth_clients` (
	`tenant` text NOT NULL,
	`issuer` text NOT NULL,
	`tried_at` integer NOT NULL,
	`client_id` text,
	`secret` text,
	`method` text,
	`redirect_uris` text NOT NULL,
	`registered_at` integer,
	`expires_at` integer,
	PRIMARY KEY(`tenant`, `issuer`)
);
--> statement-breakpoint
CREATE TABLE `scope_wants` (
	`connection` text NOT NULL,
	`capability` text NOT NULL,
	`scopes` text NOT NULL,
	`wanted_at` integer NOT NULL,
	`asked_at` integer,
	PRIMARY KEY(`connection`, `capability`)
);
