CREATE TABLE "teams_people" (
	"key" text PRIMARY KEY NOT NULL,
	"tenant" text NOT NULL,
	"user_id" text NOT NULL,
	"personal" text,
	"seen_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "teams_places" (
	"tenant" text NOT NULL,
	"conversation" text NOT NULL,
	"kind" text NOT NULL,
	"service_url" text NOT NULL,
	"reference" text NOT NULL,
	"seen_at" bigint NOT NULL,
	"gone_at" bigint,
	CONSTRAINT "teams_places_tenant_conversation_pk" PRIMARY KEY("tenant","conversation")
);
--> statement-breakpoint
CREATE INDEX "teams_people_user" ON "teams_people" USING btree ("tenant","user_id");