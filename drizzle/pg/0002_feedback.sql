CREATE TABLE "feedback" (
	"run" text NOT NULL,
	"person" text NOT NULL,
	"verdict" text NOT NULL,
	"text" text,
	"given_at" bigint NOT NULL,
	CONSTRAINT "feedback_run_person_pk" PRIMARY KEY("run","person")
);
--> statement-breakpoint
CREATE TABLE "muted_channels" (
	"platform" text NOT NULL,
	"tenant" text NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "muted_channels_platform_tenant_channel_pk" PRIMARY KEY("platform","tenant","channel")
);
--> statement-breakpoint
ALTER TABLE "feedback" ADD CONSTRAINT "feedback_run_runs_id_fk" FOREIGN KEY ("run") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "runs_own" ON "runs" USING btree ("subject","created_at") WHERE "runs"."state" in ('queued', 'working', 'waiting');