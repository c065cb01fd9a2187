// The journal alone: the commit of a step as the product makes it (fence, result of the step before, intent of this one) and no loop
// around it, with an event of the record where one is given.

import { claimRun, openPlace, queueRun } from "./product.mjs";
import { makeScratch } from "./scratch.mjs";
import { textOf } from "./texts.mjs";

export async function journalSubject(eventOf) {
  const scratch = await makeScratch();
  return {
    async measure({ runs, together, steps, bytes }) {
      const place = await openPlace(scratch.nextFile(""));
      const claimed = [];
      for (let run = 0; run < runs; run += 1) claimed.push(await claimRun(place, await queueRun(place)));

      const began = performance.now();
      for (let first = 0; first < runs; first += together) {
        const some = claimed.slice(first, first + together);
        await Promise.all(some.map(({ lease }) => journal(place.store, lease, { steps, bytes, eventOf })));
      }
      const ms = performance.now() - began;

      await place.close();
      return { msPerStep: ms / (runs * steps) };
    },
    close: () => scratch.remove(),
  };
}

async function journal(store, lease, { steps, bytes, eventOf }) {
  for (let n = 0; n < steps; n += 1) {
    const now = Date.now();
    const done = await store.commitStep({
      lease,
      cursor: n,
      spent: { steps: n, inputTokens: 0, outputTokens: 0, usdMicros: 0 },
      hears: false,
      results: n > 0 ? [{ n: n - 1, state: "done", result: textOf(bytes, n) }] : [],
      intents: [{ n, kind: "tool", tool: "look", callId: `call_${n}`, arguments: "{}" }],
      events: eventOf ? [eventOf(lease.run, n, now)] : [],
      payloads: [],
      now,
    });
    if (!done) throw new Error(`Step ${n} was not committed`);
  }
}
