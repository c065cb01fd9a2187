CREATE TABLE "slack_installations" (
	"team" text PRIMARY KEY NOT NULL,
	"enterprise" text,
	"org_wide" boolean NOT NULL,
	"bot_token" text,
	"bot_user" text NOT NULL,
	"bot_id" text NOT NULL,
	"app_id" text,
	"scopes" text NOT NULL,
	"installed_by" text NOT NULL,
	"installed_at" bigint NOT NULL,
	"revoked_at" bigint,
	"why" text
);
