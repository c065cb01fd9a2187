CREATE TABLE `browsers` (
	`id` text PRIMARY KEY NOT NULL,
	`person` text,
	`sign_in_state` text,
	`sign_in` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `browsers_state` ON `browsers` (`sign_in_state`);--> statement-breakpoint
CREATE INDEX `browsers_expires` ON `browsers` (`expires_at`);--> statement-breakpoint
CREATE TABLE `connection_uses` (
	`run` text NOT NULL,
	`connection` text NOT NULL,
	`allowed_by` text NOT NULL,
	`allowed_at` integer NOT NULL,
	PRIMARY KEY(`run`, `connection`),
	FOREIGN KEY (`connection`) REFERENCES `connections`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`owner` text NOT NULL,
	`name` text NOT NULL,
	`provider` text NOT NULL,
	`subject` text,
	`place` text NOT NULL,
	`account` text NOT NULL,
	`issuer` text,
	`state` text NOT NULL,
	`why` text,
	`is_default` integer NOT NULL,
	`scopes` text NOT NULL,
	`resource` text,
	`run` text,
	`version` integer NOT NULL,
	`key_version` integer,
	`access` text,
	`refresh` text,
	`issued_at` integer,
	`expires_at` integer,
	`lease_owner` text,
	`lease_until` integer,
	`failures` integer NOT NULL,
	`failing_since` integer,
	`retry_at` integer,
	`told_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `connections_account` ON `connections` (`owner`,`place`) WHERE "connections"."state" <> 'revoked';--> statement-breakpoint
CREATE INDEX `connections_subject` ON `connections` (`tenant`,`provider`,`subject`);--> statement-breakpoint
CREATE INDEX `connections_run` ON `connections` (`run`) WHERE "connections"."run" is not null and "connections"."state" <> 'revoked';--> statement-breakpoint
CREATE INDEX `connections_undestroyed` ON `connections` (`retry_at`) WHERE "connections"."state" = 'revoked' and "connections"."access" is not null;--> statement-breakpoint
CREATE INDEX `connections_key` ON `connections` (`tenant`,`key_version`);--> statement-breakpoint
CREATE TABLE `consents` (
	`id` text PRIMARY KEY NOT NULL,
	`link` text NOT NULL,
	`tenant` text NOT NULL,
	`initiator` text NOT NULL,
	`initiator_name` text NOT NULL,
	`agent` text NOT NULL,
	`connection` text NOT NULL,
	`capability` text,
	`scopes` text NOT NULL,
	`run` text,
	`wait` text,
	`conversation` text NOT NULL,
	`line` text NOT NULL,
	`card` text NOT NULL,
	`state` text NOT NULL,
	`why` text,
	`browser` text,
	`oauth_state` text,
	`proof` text,
	`key_version` integer,
	`issuer` text,
	`redirect_uri` text,
	`made` text,
	`expires_at` integer NOT NULL,
	`created_at` integer NOT NULL,
	`ended_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `consents_link` ON `consents` (`link`);--> statement-breakpoint
CREATE UNIQUE INDEX `consents_state` ON `consents` (`oauth_state`);--> statement-breakpoint
CREATE UNIQUE INDEX `consents_under_way` ON `consents` (`initiator`,`connection`) WHERE "consents"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `consents_overdue` ON `consents` (`expires_at`) WHERE "consents"."ended_at" is null;--> statement-breakpoint
CREATE INDEX `consents_initiator` ON `consents` (`initiator`,`connection`,`ended_at`);--> statement-breakpoint
CREATE TABLE `data_keys` (
	`tenant` text NOT NULL,
	`version` integer NOT NULL,
	`wrapped` text,
	`master` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`tenant`, `version`)
);
