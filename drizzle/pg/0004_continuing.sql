CREATE TABLE "troubles" (
	"place" text PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"conversation" text NOT NULL,
	"runs" text NOT NULL,
	"since" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "troubles" ADD CONSTRAINT "troubles_conversation_conversations_id_fk" FOREIGN KEY ("conversation") REFERENCES "public"."conversations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "runs_continues" ON "runs" USING btree ("continues") WHERE "runs"."continues" is not null;