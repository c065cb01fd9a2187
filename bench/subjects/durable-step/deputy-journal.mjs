// The product's journal alone.

import { journalSubject } from "../../harness/journal-steps.mjs";

export const openSubject = () => journalSubject();
