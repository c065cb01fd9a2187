CREATE TABLE "briefs" (
	"run" text PRIMARY KEY NOT NULL,
	"goal" text NOT NULL,
	"opening" text
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" text PRIMARY KEY NOT NULL,
	"address_key" text NOT NULL,
	"tenant" text NOT NULL,
	"platform" text NOT NULL,
	"kind" text NOT NULL,
	"channel" text NOT NULL,
	"thread" text NOT NULL,
	"workspace" text NOT NULL,
	"muted" boolean NOT NULL,
	"created_at" bigint NOT NULL,
	CONSTRAINT "conversations_address" UNIQUE("address_key")
);
--> statement-breakpoint
CREATE TABLE "inbox" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "inbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"tenant" text NOT NULL,
	"platform" text NOT NULL,
	"event_id" text NOT NULL,
	"conversation" text NOT NULL,
	"message_id" text,
	"follower" text,
	"event" text NOT NULL,
	"state" text NOT NULL,
	"due_at" bigint NOT NULL,
	"received_at" bigint NOT NULL,
	"run" text,
	CONSTRAINT "inbox_id" UNIQUE("id")
);
--> statement-breakpoint
CREATE TABLE "locks" (
	"name" text PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"until_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "mailbox" (
	"run" text NOT NULL,
	"seq" integer NOT NULL,
	"kind" text NOT NULL,
	"from_person" text NOT NULL,
	"from_name" text NOT NULL,
	"text" text NOT NULL,
	"files" text NOT NULL,
	"message_id" text NOT NULL,
	"sent_at" bigint NOT NULL,
	"consumed_by" integer,
	CONSTRAINT "mailbox_run_seq_pk" PRIMARY KEY("run","seq")
);
--> statement-breakpoint
CREATE TABLE "manifests" (
	"conversation" text NOT NULL,
	"workspace" text NOT NULL,
	"seq" integer NOT NULL,
	"digest" text NOT NULL,
	"files" integer NOT NULL,
	"size_bytes" bigint NOT NULL,
	"run" text,
	"step" integer,
	"created_at" bigint NOT NULL,
	CONSTRAINT "manifests_workspace_seq_pk" PRIMARY KEY("workspace","seq")
);
--> statement-breakpoint
CREATE TABLE "memories" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"agent" text NOT NULL,
	"scope" text NOT NULL,
	"fact" text NOT NULL,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"seq" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"key" text NOT NULL,
	"tenant" text NOT NULL,
	"conversation" text NOT NULL,
	"run" text,
	"op" text NOT NULL,
	"op_kind" text NOT NULL,
	"lane" text NOT NULL,
	"after_key" text,
	"state" text NOT NULL,
	"attempts" integer NOT NULL,
	"due_at" bigint NOT NULL,
	"claimed_at" bigint,
	"provider_id" text,
	"created_at" bigint NOT NULL,
	"sent_at" bigint,
	CONSTRAINT "outbox_key" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "people" (
	"key" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"time_zone" text,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"conversation" text NOT NULL,
	"agent" text NOT NULL,
	"subject" text NOT NULL,
	"subject_name" text NOT NULL,
	"mode" text NOT NULL,
	"state" text NOT NULL,
	"title" text NOT NULL,
	"epoch" integer NOT NULL,
	"lease_owner" text,
	"lease_until" bigint,
	"cursor" integer NOT NULL,
	"context_base" integer NOT NULL,
	"segment" integer NOT NULL,
	"wake_at" bigint,
	"budget" text NOT NULL,
	"spent" text NOT NULL,
	"plan" text,
	"stop_requested_by" text,
	"finishing" boolean NOT NULL,
	"retries" integer NOT NULL,
	"barren_claims" integer NOT NULL,
	"check_in_at" bigint,
	"outcome_code" text,
	"outcome_summary" text,
	"created_at" bigint NOT NULL,
	"started_at" bigint,
	"ended_at" bigint
);
--> statement-breakpoint
CREATE TABLE "steps" (
	"run" text NOT NULL,
	"n" integer NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"tool" text,
	"call_id" text,
	"arguments" text,
	"result" text,
	"epoch" integer NOT NULL,
	"started_at" bigint NOT NULL,
	"ended_at" bigint,
	"identity" text,
	"manifest" text,
	CONSTRAINT "steps_run_n_pk" PRIMARY KEY("run","n")
);
--> statement-breakpoint
CREATE TABLE "waits" (
	"id" text PRIMARY KEY NOT NULL,
	"run" text NOT NULL,
	"step" integer NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"ask" text NOT NULL,
	"asked" text NOT NULL,
	"due_at" bigint,
	"nudge_at" bigint,
	"answer" text,
	"created_at" bigint NOT NULL,
	"resolved_at" bigint
);
--> statement-breakpoint
ALTER TABLE "briefs" ADD CONSTRAINT "briefs_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inbox" ADD CONSTRAINT "inbox_conversation_conversations_id_fk" FOREIGN KEY ("conversation") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailbox" ADD CONSTRAINT "mailbox_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_conversation_conversations_id_fk" FOREIGN KEY ("conversation") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_conversation_conversations_id_fk" FOREIGN KEY ("conversation") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "steps" ADD CONSTRAINT "steps_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "waits" ADD CONSTRAINT "waits_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_event" ON "inbox" USING btree ("platform","tenant","event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_message" ON "inbox" USING btree ("conversation","message_id") WHERE "inbox"."message_id" is not null;--> statement-breakpoint
CREATE INDEX "inbox_conversation" ON "inbox" USING btree ("conversation","seq");--> statement-breakpoint
CREATE INDEX "inbox_new" ON "inbox" USING btree ("conversation","due_at") WHERE "inbox"."state" = 'new';--> statement-breakpoint
CREATE INDEX "inbox_followers" ON "inbox" USING btree ("conversation","follower") WHERE "inbox"."follower" is not null;--> statement-breakpoint
CREATE INDEX "inbox_received" ON "inbox" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "memories_scope" ON "memories" USING btree ("tenant","agent","scope","created_at");--> statement-breakpoint
CREATE INDEX "outbox_conversation" ON "outbox" USING btree ("conversation","seq");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "outbox" USING btree ("conversation","lane","seq") WHERE "outbox"."state" in ('due', 'sending');--> statement-breakpoint
CREATE UNIQUE INDEX "runs_active" ON "runs" USING btree ("conversation") WHERE "runs"."state" in ('queued', 'working', 'waiting');--> statement-breakpoint
CREATE INDEX "runs_backlog" ON "runs" USING btree ("tenant","subject","created_at","id","state") WHERE "runs"."state" in ('queued', 'working');--> statement-breakpoint
CREATE INDEX "runs_working" ON "runs" USING btree ("tenant","subject") WHERE "runs"."state" = 'working';--> statement-breakpoint
CREATE INDEX "runs_waking" ON "runs" USING btree ("wake_at") WHERE "runs"."state" = 'waiting' and "runs"."wake_at" is not null;--> statement-breakpoint
CREATE INDEX "runs_promised" ON "runs" USING btree ("check_in_at") WHERE "runs"."check_in_at" is not null;--> statement-breakpoint
CREATE INDEX "runs_created" ON "runs" USING btree ("created_at","state");--> statement-breakpoint
CREATE INDEX "runs_conversation" ON "runs" USING btree ("conversation","created_at");--> statement-breakpoint
CREATE INDEX "runs_subject" ON "runs" USING btree ("subject","created_at");--> statement-breakpoint
CREATE INDEX "waits_run" ON "waits" USING btree ("run","created_at");--> statement-breakpoint
CREATE INDEX "waits_open" ON "waits" USING btree ("created_at") WHERE "waits"."state" = 'open';--> statement-breakpoint
CREATE INDEX "waits_due" ON "waits" USING btree ("due_at") WHERE "waits"."state" = 'open' and "waits"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "waits_nudge" ON "waits" USING btree ("nudge_at") WHERE "waits"."state" = 'open' and "waits"."nudge_at" is not null;