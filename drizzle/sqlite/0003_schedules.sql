CREATE TABLE `schedules` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`agent` text NOT NULL,
	`source` text NOT NULL,
	`name` text NOT NULL,
	`owner` text,
	`owner_name` text,
	`place` text NOT NULL,
	`what` text NOT NULL,
	`when_text` text NOT NULL,
	`time_zone` text NOT NULL,
	`state` text NOT NULL,
	`why` text,
	`next_at` integer,
	`last_at` integer,
	`last_run` text,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `schedules_due` ON `schedules` (`next_at`) WHERE "schedules"."state" = 'active' and "schedules"."next_at" is not null;--> statement-breakpoint
CREATE INDEX `schedules_owner` ON `schedules` (`owner`,`created_at`);--> statement-breakpoint
CREATE INDEX `schedules_tenant` ON `schedules` (`tenant`,`created_at`);--> statement-breakpoint
ALTER TABLE `runs` ADD `continues` text;--> statement-breakpoint
ALTER TABLE `runs` ADD `schedule` text;--> statement-breakpoint
CREATE INDEX `runs_schedule` ON `runs` (`schedule`,`created_at`) WHERE "runs"."schedule" is not null;