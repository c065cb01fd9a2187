CREATE TABLE `audit_checkpoints` (
	`tenant` text NOT NULL,
	`seq` integer NOT NULL,
	`head` text NOT NULL,
	`at` integer NOT NULL,
	`key` text NOT NULL,
	`signature` text NOT NULL,
	`anchored` integer NOT NULL,
	PRIMARY KEY(`tenant`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `audit_checkpoints_unanchored` ON `audit_checkpoints` (`at`) WHERE not "audit_checkpoints"."anchored";--> statement-breakpoint
CREATE TABLE `audit_events` (
	`tenant` text NOT NULL,
	`seq` integer NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`run` text,
	`line` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`tenant`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `audit_events_run` ON `audit_events` (`run`,`seq`) WHERE "audit_events"."run" is not null;--> statement-breakpoint
CREATE TABLE `audit_heads` (
	`tenant` text PRIMARY KEY NOT NULL,
	`seq` integer NOT NULL,
	`hash` text NOT NULL,
	`pruned_to` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`public_key` text NOT NULL,
	`sealed` text,
	`signed_by` text,
	`signature` text,
	`made_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `audit_payloads` (
	`tenant` text NOT NULL,
	`run` text NOT NULL,
	`step` integer NOT NULL,
	`part` text NOT NULL,
	`digest` text NOT NULL,
	`person` text NOT NULL,
	`sealed` text,
	`kept_at` integer NOT NULL,
	PRIMARY KEY(`run`, `step`, `part`)
);
--> statement-breakpoint
CREATE INDEX `audit_payloads_person` ON `audit_payloads` (`person`);--> statement-breakpoint
CREATE TABLE `vault_marks` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TRIGGER `audit_events_no_update` BEFORE UPDATE ON `audit_events` BEGIN
	SELECT RAISE(ABORT, 'audit events are never changed');
END;
--> statement-breakpoint
CREATE TRIGGER `audit_events_no_delete` BEFORE DELETE ON `audit_events`
WHEN OLD.`seq` > coalesce((SELECT `pruned_to` FROM `audit_heads` WHERE `tenant` = OLD.`tenant`), 0) BEGIN
	SELECT RAISE(ABORT, 'audit events are only pruned from the oldest on');
END;
