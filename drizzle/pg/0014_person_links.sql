CREATE TABLE "link_codes" (
	"digest" text PRIMARY KEY NOT NULL,
	"shown_to" text NOT NULL,
	"shown_to_name" text NOT NULL,
	"entered_by" text,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_links" (
	"key" text NOT NULL,
	"person" text NOT NULL,
	"since" bigint NOT NULL,
	"ended_at" bigint,
	CONSTRAINT "person_links_key_person_pk" PRIMARY KEY("key","person")
);
--> statement-breakpoint
CREATE INDEX "person_links_person" ON "person_links" USING btree ("person");