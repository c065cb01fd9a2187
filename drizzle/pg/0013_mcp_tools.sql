CREATE TABLE "mcp_tools" (
	"server" text NOT NULL,
	"tool" text NOT NULL,
	"state" text NOT NULL,
	"pin" text NOT NULL,
	"definition" text NOT NULL,
	"approved_pin" text,
	"approved_definition" text,
	"approved_by" text,
	"approved_at" bigint,
	"seen_at" bigint NOT NULL,
	"gone_at" bigint,
	"scopes" text,
	CONSTRAINT "mcp_tools_server_tool_pk" PRIMARY KEY("server","tool")
);
