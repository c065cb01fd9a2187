import { openScaling } from "../../harness/scaling-subject.mjs";

export const openSubject = (servers) => openScaling(servers, { workers: 1, redisDatabase: 1 });
