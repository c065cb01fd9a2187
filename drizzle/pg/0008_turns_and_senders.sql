DROP INDEX "runs_backlog";--> statement-breakpoint
ALTER TABLE "outbox" ADD COLUMN "sender" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "turn_at" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "runs_backlog" ON "runs" USING btree ("tenant","subject","turn_at","id","state") WHERE "runs"."state" in ('queued', 'working');