import { openClicks } from "../../harness/click-subject.mjs";

export const openSubject = () => openClicks({ others: 100_000 });
