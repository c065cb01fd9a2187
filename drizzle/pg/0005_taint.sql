CREATE TABLE "sightings" (
	"run" text NOT NULL,
	"step" integer NOT NULL,
	"source" text NOT NULL,
	"found" text NOT NULL,
	CONSTRAINT "sightings_run_step_source_pk" PRIMARY KEY("run","step","source")
);
--> statement-breakpoint
CREATE TABLE "withheld" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"run" text NOT NULL,
	"conversation" text NOT NULL,
	"owners" text NOT NULL,
	"utterance" text NOT NULL,
	"state" text NOT NULL,
	"created_at" bigint NOT NULL,
	"decided_by" text,
	"decided_at" bigint
);
--> statement-breakpoint
ALTER TABLE "memories" ADD COLUMN "taint" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "taint" text DEFAULT '{"external":[],"private":[]}' NOT NULL;--> statement-breakpoint
ALTER TABLE "schedules" ADD COLUMN "taint" text;--> statement-breakpoint
ALTER TABLE "sightings" ADD CONSTRAINT "sightings_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withheld" ADD CONSTRAINT "withheld_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "withheld" ADD CONSTRAINT "withheld_conversation_conversations_id_fk" FOREIGN KEY ("conversation") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "withheld_run" ON "withheld" USING btree ("run");