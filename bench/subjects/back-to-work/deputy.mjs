// Two workers of one machine: the one that is left sees that the other died.

import { openTakeovers } from "../../harness/deputy-takeovers.mjs";

export const openSubject = (servers) => openTakeovers(servers, {});
