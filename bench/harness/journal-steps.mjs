// The journal alone: the transaction of a step (fence, result of the step before, intent of this one) and no loop around it, with an
// event of the record where one is given.

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
    const spent = { steps: n, inputTokens: 0, cachedTokens: 0, outputTokens: 0, usd: 0 };
    await store.write(async (tx) => {
      const now = Date.now();
      await tx.runs.advance(lease, n, n + 1, spent);
      if (n > 0) await tx.steps.finish(lease.run, { n: n - 1, state: "done", result: textOf(bytes, n) }, now);
      await tx.steps.start(
        lease,
        { n, kind: "tool", tool: "look", callId: `call_${n}`, arguments: "{}" },
        now,
      );
      if (eventOf) await tx.audit.append(eventOf(lease.run, n, now));
    });
  }
}
