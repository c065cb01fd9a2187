CREATE TABLE `briefs` (
	`run` text PRIMARY KEY NOT NULL,
	`goal` text NOT NULL,
	`opening` text,
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `conversations` (
	`id` text PRIMARY KEY NOT NULL,
	`address_key` text NOT NULL,
	`tenant` text NOT NULL,
	`platform` text NOT NULL,
	`kind` text NOT NULL,
	`channel` text NOT NULL,
	`thread` text NOT NULL,
	`workspace` text NOT NULL,
	`muted` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `conversations_address` ON `conversations` (`address_key`);--> statement-breakpoint
CREATE TABLE `inbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`tenant` text NOT NULL,
	`platform` text NOT NULL,
	`event_id` text NOT NULL,
	`conversation` text NOT NULL,
	`message_id` text,
	`follower` text,
	`event` text NOT NULL,
	`state` text NOT NULL,
	`due_at` integer NOT NULL,
	`received_at` integer NOT NULL,
	`run` text,
	FOREIGN KEY (`conversation`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_id` ON `inbox` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_event` ON `inbox` (`platform`,`tenant`,`event_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_message` ON `inbox` (`conversation`,`message_id`) WHERE "inbox"."message_id" is not null;--> statement-breakpoint
CREATE INDEX `inbox_conversation` ON `inbox` (`conversation`,`seq`);--> statement-breakpoint
CREATE INDEX `inbox_new` ON `inbox` (`conversation`,`due_at`) WHERE "inbox"."state" = 'new';--> statement-breakpoint
CREATE INDEX `inbox_followers` ON `inbox` (`conversation`,`follower`) WHERE "inbox"."follower" is not null;--> statement-breakpoint
CREATE INDEX `inbox_received` ON `inbox` (`received_at`);--> statement-breakpoint
CREATE TABLE `locks` (
	`name` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`until_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `mailbox` (
	`run` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`from_person` text NOT NULL,
	`from_name` text NOT NULL,
	`text` text NOT NULL,
	`files` text NOT NULL,
	`message_id` text NOT NULL,
	`sent_at` integer NOT NULL,
	`consumed_by` integer,
	PRIMARY KEY(`run`, `seq`),
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `manifests` (
	`conversation` text NOT NULL,
	`workspace` text NOT NULL,
	`seq` integer NOT NULL,
	`digest` text NOT NULL,
	`files` integer NOT NULL,
	`size_bytes` integer NOT NULL,
	`run` text,
	`step` integer,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`workspace`, `seq`)
);
--> statement-breakpoint
CREATE TABLE `memories` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`agent` text NOT NULL,
	`scope` text NOT NULL,
	`fact` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `memories_scope` ON `memories` (`tenant`,`agent`,`scope`,`created_at`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`tenant` text NOT NULL,
	`conversation` text NOT NULL,
	`run` text,
	`op` text NOT NULL,
	`op_kind` text NOT NULL,
	`lane` text NOT NULL,
	`after_key` text,
	`state` text NOT NULL,
	`attempts` integer NOT NULL,
	`due_at` integer NOT NULL,
	`claimed_at` integer,
	`provider_id` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	FOREIGN KEY (`conversation`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_key` ON `outbox` (`key`);--> statement-breakpoint
CREATE INDEX `outbox_conversation` ON `outbox` (`conversation`,`seq`);--> statement-breakpoint
CREATE INDEX `outbox_unsent` ON `outbox` (`conversation`,`lane`,`seq`) WHERE "outbox"."state" in ('due', 'sending');--> statement-breakpoint
CREATE TABLE `people` (
	`key` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`name` text NOT NULL,
	`kind` text NOT NULL,
	`time_zone` text,
	`seen_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`conversation` text NOT NULL,
	`agent` text NOT NULL,
	`subject` text NOT NULL,
	`subject_name` text NOT NULL,
	`mode` text NOT NULL,
	`state` text NOT NULL,
	`title` text NOT NULL,
	`epoch` integer NOT NULL,
	`lease_owner` text,
	`lease_until` integer,
	`cursor` integer NOT NULL,
	`context_base` integer NOT NULL,
	`segment` integer NOT NULL,
	`wake_at` integer,
	`budget` text NOT NULL,
	`spent` text NOT NULL,
	`plan` text,
	`stop_requested_by` text,
	`finishing` integer NOT NULL,
	`retries` integer NOT NULL,
	`barren_claims` integer NOT NULL,
	`check_in_at` integer,
	`outcome_code` text,
	`outcome_summary` text,
	`created_at` integer NOT NULL,
	`started_at` integer,
	`ended_at` integer,
	FOREIGN KEY (`conversation`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_active` ON `runs` (`conversation`) WHERE "runs"."state" in ('queued', 'working', 'waiting');--> statement-breakpoint
CREATE INDEX `runs_backlog` ON `runs` (`tenant`,`subject`,`created_at`,`id`,`state`) WHERE "runs"."state" in ('queued', 'working');--> statement-breakpoint
CREATE INDEX `runs_working` ON `runs` (`tenant`,`subject`) WHERE "runs"."state" = 'working';--> statement-breakpoint
CREATE INDEX `runs_waking` ON `runs` (`wake_at`) WHERE "runs"."state" = 'waiting' and "runs"."wake_at" is not null;--> statement-breakpoint
CREATE INDEX `runs_promised` ON `runs` (`check_in_at`) WHERE "runs"."check_in_at" is not null;--> statement-breakpoint
CREATE INDEX `runs_created` ON `runs` (`created_at`,`state`);--> statement-breakpoint
CREATE INDEX `runs_conversation` ON `runs` (`conversation`,`created_at`);--> statement-breakpoint
CREATE INDEX `runs_subject` ON `runs` (`subject`,`created_at`);--> statement-breakpoint
CREATE TABLE `steps` (
	`run` text NOT NULL,
	`n` integer NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`tool` text,
	`call_id` text,
	`arguments` text,
	`result` text,
	`epoch` integer NOT NULL,
	`started_at` integer NOT NULL,
	`ended_at` integer,
	`identity` text,
	`manifest` text,
	PRIMARY KEY(`run`, `n`),
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `waits` (
	`id` text PRIMARY KEY NOT NULL,
	`run` text NOT NULL,
	`step` integer NOT NULL,
	`kind` text NOT NULL,
	`state` text NOT NULL,
	`ask` text NOT NULL,
	`asked` text NOT NULL,
	`due_at` integer,
	`nudge_at` integer,
	`answer` text,
	`created_at` integer NOT NULL,
	`resolved_at` integer,
	FOREIGN KEY (`run`) REFERENCES `runs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `waits_run` ON `waits` (`run`,`created_at`);--> statement-breakpoint
CREATE INDEX `waits_open` ON `waits` (`created_at`) WHERE "waits"."state" = 'open';--> statement-breakpoint
CREATE INDEX `waits_due` ON `waits` (`due_at`) WHERE "waits"."state" = 'open' and "waits"."due_at" is not null;--> statement-breakpoint
CREATE INDEX `waits_nudge` ON `waits` (`nudge_at`) WHERE "waits"."state" = 'open' and "waits"."nudge_at" is not null;