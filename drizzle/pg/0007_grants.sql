CREATE TABLE "browsers" (
	"id" text PRIMARY KEY NOT NULL,
	"person" text,
	"sign_in_state" text,
	"sign_in" text,
	"expires_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "browsers_state" UNIQUE("sign_in_state")
);
--> statement-breakpoint
CREATE TABLE "connection_uses" (
	"run" text NOT NULL,
	"connection" text NOT NULL,
	"allowed_by" text NOT NULL,
	"allowed_at" bigint NOT NULL,
	CONSTRAINT "connection_uses_run_connection_pk" PRIMARY KEY("run","connection")
);
--> statement-breakpoint
CREATE TABLE "connections" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"owner" text NOT NULL,
	"name" text NOT NULL,
	"provider" text NOT NULL,
	"subject" text,
	"place" text NOT NULL,
	"account" text NOT NULL,
	"issuer" text,
	"state" text NOT NULL,
	"why" text,
	"is_default" boolean NOT NULL,
	"scopes" text NOT NULL,
	"resource" text,
	"run" text,
	"version" integer NOT NULL,
	"key_version" integer,
	"access" text,
	"refresh" text,
	"issued_at" bigint,
	"expires_at" bigint,
	"lease_owner" text,
	"lease_until" bigint,
	"failures" integer NOT NULL,
	"failing_since" bigint,
	"retry_at" bigint,
	"told_at" bigint,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL,
	"revoked_at" bigint
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"id" text PRIMARY KEY NOT NULL,
	"link" text NOT NULL,
	"tenant" text NOT NULL,
	"initiator" text NOT NULL,
	"initiator_name" text NOT NULL,
	"agent" text NOT NULL,
	"connection" text NOT NULL,
	"capability" text,
	"scopes" text NOT NULL,
	"run" text,
	"wait" text,
	"conversation" text NOT NULL,
	"line" text NOT NULL,
	"card" text NOT NULL,
	"state" text NOT NULL,
	"why" text,
	"browser" text,
	"oauth_state" text,
	"proof" text,
	"key_version" integer,
	"issuer" text,
	"redirect_uri" text,
	"made" text,
	"expires_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"ended_at" bigint,
	CONSTRAINT "consents_link" UNIQUE("link"),
	CONSTRAINT "consents_state" UNIQUE("oauth_state")
);
--> statement-breakpoint
CREATE TABLE "data_keys" (
	"tenant" text NOT NULL,
	"version" integer NOT NULL,
	"wrapped" text,
	"master" text NOT NULL,
	"state" text NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "data_keys_tenant_version_pk" PRIMARY KEY("tenant","version")
);
--> statement-breakpoint
ALTER TABLE "connection_uses" ADD CONSTRAINT "connection_uses_connection_connections_id_fk" FOREIGN KEY ("connection") REFERENCES "public"."connections"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "browsers_expires" ON "browsers" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "connections_account" ON "connections" USING btree ("owner","place") WHERE "connections"."state" <> 'revoked';--> statement-breakpoint
CREATE INDEX "connections_subject" ON "connections" USING btree ("tenant","provider","subject");--> statement-breakpoint
CREATE INDEX "connections_run" ON "connections" USING btree ("run") WHERE "connections"."run" is not null and "connections"."state" <> 'revoked';--> statement-breakpoint
CREATE INDEX "connections_undestroyed" ON "connections" USING btree ("retry_at") WHERE "connections"."state" = 'revoked' and "connections"."access" is not null;--> statement-breakpoint
CREATE INDEX "connections_key" ON "connections" USING btree ("tenant","key_version");--> statement-breakpoint
CREATE UNIQUE INDEX "consents_under_way" ON "consents" USING btree ("initiator","connection") WHERE "consents"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "consents_overdue" ON "consents" USING btree ("expires_at") WHERE "consents"."ended_at" is null;--> statement-breakpoint
CREATE INDEX "consents_initiator" ON "consents" USING btree ("initiator","connection","ended_at");