CREATE TABLE `feedback` (
	`run` text NOT NULL,
	`person` text NOT NULL,
	`verdict` text NOT NULL,
	`text` text,
	`given_at` integer NOT NULL,
	PRIMARY KEY(`run`, `person`),
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `muted_channels` (
	`platform` text NOT NULL,
	`tenant` text NOT NULL,
	`channel` text NOT NULL,
	PRIMARY KEY(`platform`, `tenant`, `channel`)
);
--> statement-breakpoint
CREATE INDEX `runs_own` ON `runs` (`subject`,`created_at`) WHERE "runs"."state" in ('queued', 'working', 'waiting');