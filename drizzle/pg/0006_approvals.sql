CREATE TABLE "approvals" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"run" text NOT NULL,
	"step" integer NOT NULL,
	"wait" text NOT NULL,
	"state" text NOT NULL,
	"tool" text NOT NULL,
	"digest" text NOT NULL,
	"arguments" text NOT NULL,
	"facts" text NOT NULL,
	"votes" text NOT NULL,
	"standing" text,
	"uses" integer NOT NULL,
	"seal" text NOT NULL,
	"expires_at" bigint NOT NULL,
	"created_at" bigint NOT NULL,
	"decided_at" bigint
);
--> statement-breakpoint
ALTER TABLE "steps" ADD COLUMN "gated" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "approvals_run" ON "approvals" USING btree ("run","step");--> statement-breakpoint
CREATE INDEX "approvals_pending" ON "approvals" USING btree ("created_at") WHERE "approvals"."state" = 'pending';