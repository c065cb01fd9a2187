CREATE TABLE "audit_checkpoints" (
	"tenant" text NOT NULL,
	"seq" integer NOT NULL,
	"head" text NOT NULL,
	"at" bigint NOT NULL,
	"key" text NOT NULL,
	"signature" text NOT NULL,
	"anchored" boolean NOT NULL,
	CONSTRAINT "audit_checkpoints_tenant_seq_pk" PRIMARY KEY("tenant","seq")
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"tenant" text NOT NULL,
	"seq" integer NOT NULL,
	"at" bigint NOT NULL,
	"type" text NOT NULL,
	"run" text,
	"line" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_events_tenant_seq_pk" PRIMARY KEY("tenant","seq")
);
--> statement-breakpoint
CREATE TABLE "audit_heads" (
	"tenant" text PRIMARY KEY NOT NULL,
	"seq" integer NOT NULL,
	"hash" text NOT NULL,
	"pruned_to" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"public_key" text NOT NULL,
	"sealed" text,
	"signed_by" text,
	"signature" text,
	"made_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_payloads" (
	"tenant" text NOT NULL,
	"run" text NOT NULL,
	"step" integer NOT NULL,
	"part" text NOT NULL,
	"digest" text NOT NULL,
	"person" text NOT NULL,
	"sealed" text,
	"kept_at" bigint NOT NULL,
	CONSTRAINT "audit_payloads_run_step_part_pk" PRIMARY KEY("run","step","part")
);
--> statement-breakpoint
CREATE TABLE "vault_marks" (
	"name" text PRIMARY KEY NOT NULL,
	"value" text NOT NULL
);
--> statement-breakpoint
CREATE INDEX "audit_checkpoints_unanchored" ON "audit_checkpoints" USING btree ("at") WHERE not "audit_checkpoints"."anchored";--> statement-breakpoint
CREATE INDEX "audit_events_run" ON "audit_events" USING btree ("run","seq") WHERE "audit_events"."run" is not null;--> statement-breakpoint
CREATE INDEX "audit_payloads_person" ON "audit_payloads" USING btree ("person");--> statement-breakpoint
CREATE FUNCTION audit_events_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN
		IF OLD.seq <= coalesce((SELECT pruned_to FROM audit_heads WHERE tenant = OLD.tenant), 0) THEN
			RETURN OLD;
		END IF;
		RAISE EXCEPTION 'audit events are only pruned from the oldest on';
	END IF;
	RAISE EXCEPTION 'audit events are never changed';
END;
$$;--> statement-breakpoint
CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON "audit_events" FOR EACH ROW EXECUTE FUNCTION audit_events_guard();--> statement-breakpoint
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON "audit_events" FOR EACH STATEMENT EXECUTE FUNCTION audit_events_guard();
