CREATE TABLE `teams_people` (
	`key` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`user_id` text NOT NULL,
	`personal` text,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `teams_people_user` ON `teams_people` (`tenant`,`user_id`);--> statement-breakpoint
CREATE TABLE `teams_places` (
	`tenant` text NOT NULL,
	`conversation` text NOT NULL,
	`kind` text NOT NULL,
	`service_url` text NOT NULL,
	`reference` text NOT NULL,
	`seen_at` integer NOT NULL,
	`gone_at` integer,
	PRIMARY KEY(`tenant`, `conversation`)
);
