// The same durable step with an event of the record in its transaction.

import { toolEvent } from "../../harness/audit-event.mjs";
import { journalSubject } from "../../harness/journal-steps.mjs";

export const openSubject = () => journalSubject(toolEvent);
