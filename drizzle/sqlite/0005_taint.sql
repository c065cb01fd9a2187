CREATE TABLE `sightings` (
	`run` text NOT NULL,
	`step` integer NOT NULL,
	`source` text NOT NULL,
	`found` text NOT NULL,
	PRIMARY KEY(`run`, `step`, `source`),
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `withheld` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`run` text NOT NULL,
	`conversation` text NOT NULL,
	`owners` text NOT NULL,
	`utterance` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`decided_by` text,
	`decided_at` integer,
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`conversation`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `withheld_run` ON `withheld` (`run`);--> statement-breakpoint
ALTER TABLE `memories` ADD `taint` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `taint` text DEFAULT '{"external":[],"private":[]}' NOT NULL;--> statement-breakpoint
ALTER TABLE `schedules` ADD `taint` text;