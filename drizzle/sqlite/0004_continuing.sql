CREATE TABLE `troubles` (
	`place` text PRIMARY KEY NOT NULL,
	`key` text NOT NULL,
	`conversation` text NOT NULL,
	`runs` text NOT NULL,
	`since` integer NOT NULL,
	FOREIGN KEY (`conversation`) REFERENCES `conversations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_continues` ON `runs` (`continues`) WHERE "runs"."continues" is not null;