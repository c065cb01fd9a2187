// Two workers that believe to be on different machines: nobody can tell that one of them died, its leases have to run out.

import { openTakeovers } from "../../harness/deputy-takeovers.mjs";

export const openSubject = (servers) => openTakeovers(servers, { machines: ["machine-a", "machine-b"] });
