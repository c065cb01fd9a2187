import { openClicks } from "../../harness/click-subject.mjs";

export const openSubject = ({ redisUrl }) => openClicks({ others: 100_000, redisUrl: `${redisUrl}/2` });
