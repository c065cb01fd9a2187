DROP INDEX `runs_backlog`;--> statement-breakpoint
ALTER TABLE `runs` ADD `turn_at` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX `runs_backlog` ON `runs` (`tenant`,`subject`,`turn_at`,`id`,`state`) WHERE "runs"."state" in ('queued', 'working');--> statement-breakpoint
ALTER TABLE `outbox` ADD `sender` text;