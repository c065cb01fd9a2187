import { openClicks } from "../../harness/click-subject.mjs";

export const openSubject = ({ redisUrl }) => openClicks({ others: 0, redisUrl: `${redisUrl}/1` });
