CREATE TABLE `link_codes` (
	`digest` text PRIMARY KEY NOT NULL,
	`shown_to` text NOT NULL,
	`shown_to_name` text NOT NULL,
	`entered_by` text,
	`expires_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `person_links` (
	`key` text NOT NULL,
	`person` text NOT NULL,
	`since` integer NOT NULL,
	`ended_at` integer,
	PRIMARY KEY(`key`, `person`)
);
--> statement-breakpoint
CREATE INDEX `person_links_person` ON `person_links` (`person`);