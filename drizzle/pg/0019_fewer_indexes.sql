DROP INDEX "inbox_followers";--> statement-breakpoint
DROP INDEX "inbox_received";--> statement-breakpoint
DROP INDEX "inbox_conversation";--> statement-breakpoint
CREATE INDEX "inbox_conversation" ON "inbox" USING btree ("conversation","seq","follower");