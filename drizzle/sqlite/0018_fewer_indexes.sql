PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_inbox` (
	`seq` integer PRIMARY KEY NOT NULL,
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
INSERT INTO `__new_inbox`("seq", "id", "tenant", "platform", "event_id", "conversation", "message_id", "follower", "event", "state", "due_at", "received_at", "run") SELECT "seq", "id", "tenant", "platform", "event_id", "conversation", "message_id", "follower", "event", "state", "due_at", "received_at", "run" FROM `inbox`;--> statement-breakpoint
DROP TABLE `inbox`;--> statement-breakpoint
ALTER TABLE `__new_inbox` RENAME TO `inbox`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_id` ON `inbox` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_event` ON `inbox` (`platform`,`tenant`,`event_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `inbox_message` ON `inbox` (`conversation`,`message_id`) WHERE "inbox"."message_id" is not null;--> statement-breakpoint
CREATE INDEX `inbox_conversation` ON `inbox` (`conversation`,`seq`,`follower`);--> statement-breakpoint
CREATE INDEX `inbox_new` ON `inbox` (`conversation`,`due_at`) WHERE "inbox"."state" = 'new';--> statement-breakpoint
CREATE TABLE `__new_outbox` (
	`seq` integer PRIMARY KEY NOT NULL,
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
	`sender` text,
	`provider_id` text,
	`created_at` integer NOT NULL,
	`sent_at` integer,
	FOREIGN KEY (`conversation`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
INSERT INTO `__new_outbox`("seq", "key", "tenant", "conversation", "run", "op", "op_kind", "lane", "after_key", "state", "attempts", "due_at", "claimed_at", "sender", "provider_id", "created_at", "sent_at") SELECT "seq", "key", "tenant", "conversation", "run", "op", "op_kind", "lane", "after_key", "state", "attempts", "due_at", "claimed_at", "sender", "provider_id", "created_at", "sent_at" FROM `outbox`;--> statement-breakpoint
DROP TABLE `outbox`;--> statement-breakpoint
ALTER TABLE `__new_outbox` RENAME TO `outbox`;--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_key` ON `outbox` (`key`);--> statement-breakpoint
CREATE INDEX `outbox_conversation` ON `outbox` (`conversation`,`seq`);--> statement-breakpoint
CREATE INDEX `outbox_unsent` ON `outbox` (`conversation`,`lane`,`seq`) WHERE "outbox"."state" in ('due', 'sending');