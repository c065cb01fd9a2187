import { openScaling } from "../../harness/scaling-subject.mjs";

export const openSubject = (servers) => openScaling(servers, { workers: 2, redisDatabase: 2 });
