// The product: its OpenAI driver (which always streams), its loop, its journal at FULL, as it is wired for real.

import { lookTool } from "../../harness/look-tool.mjs";
import { openPlace, product, queueRun, runtimeOn, workThrough } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { startStub } from "../../harness/stub-openai.mjs";

const [{ systemClock }, { silentLogger }, { createHttpFetch }, { createResponsesModel }] = await Promise.all(
  ["base/clock.js", "base/logger.js", "net/http-fetch.js", "model/openai-responses.js"].map(product),
);

export async function openSubject() {
  const [stub, scratch] = await Promise.all([startStub(), makeScratch()]);
  const model = createResponsesModel({
    model: "stub",
    baseUrl: stub.baseUrl,
    fetch: createHttpFetch({ connectTimeoutMs: 10_000, maxResponseBytes: 100 * 1024 * 1024 }),
    clock: systemClock,
    log: silentLogger,
  });
  return {
    async measure({ turns, runs, bytes }) {
      await stub.setTurns(turns);
      const place = await openPlace(scratch.nextFile(""));
      const runtime = runtimeOn(place, { model, tools: [lookTool(bytes)] });
      const queued = [];
      for (let count = 0; count < runs; count += 1) queued.push(await queueRun(place));

      const began = performance.now();
      for (const run of queued) {
        const { steps } = await workThrough(place, runtime, run);
        if (steps !== 2 * turns + 1) throw new Error(`The run took ${steps} steps`);
      }
      const ms = performance.now() - began;

      await place.close();
      return { msPerTurn: ms / (runs * turns) };
    },
    async close() {
      stub.close();
      await scratch.remove();
    },
  };
}
