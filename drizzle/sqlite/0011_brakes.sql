CREATE TABLE `brakes` (
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL,
	`pulled_by` text NOT NULL,
	`pulled_at` integer NOT NULL,
	PRIMARY KEY(`kind`, `name`)
);
