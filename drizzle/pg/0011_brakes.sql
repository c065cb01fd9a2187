CREATE TABLE "brakes" (
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"pulled_by" text NOT NULL,
	"pulled_at" bigint NOT NULL,
	CONSTRAINT "brakes_kind_name_pk" PRIMARY KEY("kind","name")
);
