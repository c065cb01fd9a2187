import { openWaiting } from "../../harness/waiting-subject.mjs";

export const openSubject = () => openWaiting(0);
