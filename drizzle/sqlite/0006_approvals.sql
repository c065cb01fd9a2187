CREATE TABLE `approvals` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`run` text NOT NULL,
	`step` integer NOT NULL,
	`wait` text NOT NULL,
	`state` text NOT NULL,
	`tool` text NOT NULL,
	`digest` text NOT NULL,
	`arguments` text NOT NULL,
	`facts` text NOT NULL,
	`votes` text NOT NULL,
	`standing` text,
	`uses` integer NOT NULL,
	`seal` text NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`decided_at` integer,
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `approvals_run` ON `approvals` (`run`,`step`);--> statement-breakpoint
CREATE INDEX `approvals_pending` ON `approvals` (`created_at`) WHERE "approvals"."state" = 'pending';--> statement-breakpoint
ALTER TABLE `steps` ADD `gated` integer DEFAULT false NOT NULL;