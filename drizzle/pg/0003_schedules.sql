CREATE TABLE "schedules" (
	"id" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"agent" text NOT NULL,
	"source" text NOT NULL,
	"name" text NOT NULL,
	"owner" text,
	"owner_name" text,
	"place" text NOT NULL,
	"what" text NOT NULL,
	"when_text" text NOT NULL,
	"time_zone" text NOT NULL,
	"state" text NOT NULL,
	"why" text,
	"next_at" bigint,
	"last_at" bigint,
	"last_run" text,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "continues" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "schedule" text;--> statement-breakpoint
CREATE INDEX "schedules_due" ON "schedules" USING btree ("next_at") WHERE "schedules"."state" = 'active' and "schedules"."next_at" is not null;--> statement-breakpoint
CREATE INDEX "schedules_owner" ON "schedules" USING btree ("owner","created_at");--> statement-breakpoint
CREATE INDEX "schedules_tenant" ON "schedules" USING btree ("tenant","created_at");--> statement-breakpoint
CREATE INDEX "runs_schedule" ON "runs" USING btree ("schedule","created_at") WHERE "runs"."schedule" is not null;