// Bare BullMQ, killed at random: a job that notes in its data how far it is after each effect. With locks of 2 seconds in the place
// of 30, so that it gets on at all.

import { wreakHavocOn } from "../../harness/comparator-chaos.mjs";

const worker = new URL("./bullmq-worker.mjs", import.meta.url);
let queues = 0;

export const openSubject = ({ redisUrl }) =>
  wreakHavocOn("bullmq", worker, async () => {
    queues += 1;
    return { redisUrl, queue: `effects-${process.pid}-${queues}` };
  });
