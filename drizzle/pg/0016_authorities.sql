CREATE TABLE "authorities" (
	"tenant" text NOT NULL,
	"connection" text NOT NULL,
	"server" text NOT NULL,
	"resource" text NOT NULL,
	"issuer" text NOT NULL,
	"scopes" text NOT NULL,
	"seen_at" bigint NOT NULL,
	"other" text,
	"changed_at" bigint,
	CONSTRAINT "authorities_tenant_connection_pk" PRIMARY KEY("tenant","connection")
);
--> statement-breakpoint
CREATE TABLE "oauth_clients" (
	"tenant" text NOT NULL,
	"issuer" text NOT NULL,
	"tried_at" bigint NOT NULL,
	"client_id" text,
	"secret" text,
	"method" text,
	"redirect_uris" text NOT NULL,
	"registered_at" bigint,
	"expires_at" bigint,
	CONSTRAINT "oauth_clients_tenant_issuer_pk" PRIMARY KEY("tenant","issuer")
);
--> statement-breakpoint
CREATE TABLE "scope_wants" (
	"connection" text NOT NULL,
	"capability" text NOT NULL,
	"scopes" text NOT NULL,
	"wanted_at" bigint NOT NULL,
	"asked_at" bigint,
	CONSTRAINT "scope_wants_connection_capability_pk" PRIMARY KEY("connection","capability")
);
