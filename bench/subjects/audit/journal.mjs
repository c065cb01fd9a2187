// A durable step without an event.

import { journalSubject } from "../../harness/journal-steps.mjs";

export const openSubject = () => journalSubject();
