// One long run of the product: 2 KB from the model and 2 KB from the tool in turn. With the window of the settings' default the
// run condenses its context on the way; with a huge one it never does.

import { databaseBytes } from "../../harness/database-bytes.mjs";
import { lookTool } from "../../harness/look-tool.mjs";
import { openPlace, queueRun, runtimeOn, workThrough } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { spreadOf } from "../../harness/spread.mjs";
import { textOf } from "../../harness/texts.mjs";

export async function openSubject() {
  const scratch = await makeScratch();
  return {
    async measure({ steps, bytes, contextTokens }) {
      const folder = scratch.nextFile("");
      const place = await openPlace(folder);
      const model = countingModel(steps / 2, bytes);
      const runtime = runtimeOn(place, { model, tools: [lookTool(bytes)], contextTokens });
      const run = await queueRun(place);

      const began = performance.now();
      await workThrough(place, runtime, run);
      const ms = performance.now() - began;

      await place.close();
      return {
        bytesOverPayload: (await databaseBytes(folder)) / (steps * bytes),
        msPerStep: ms / steps,
        lateOverEarly: window(model.askedAt, steps) / window(model.askedAt, 100),
        compactions: model.distilled(),
      };
    },
    close: () => scratch.remove(),
  };
}

/** Time of one turn, in the 40 steps up to step `n`. */
function window(askedAt, n) {
  const last = n / 2 - 1;
  const turns = Array.from({ length: 20 }, (_, place) => askedAt[last - place] - askedAt[last - place - 1]);
  return spreadOf(turns).median;
}

function countingModel(turns, bytes) {
  const askedAt = [];
  let distilled = 0;
  return {
    name: "bench",
    scripted: false,
    askedAt,
    distilled: () => distilled,
    generate(request) {
      const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
      if (request.purpose === "distil") {
        distilled += 1;
        return Promise.resolve({ text: "Looked at everything so far.", calls: [], stop: "end", usage });
      }
      askedAt.push(performance.now());
      const turn = askedAt.length;
      const call =
        turn < turns
          ? { name: "look", arguments: JSON.stringify({ at: turn }) }
          : { name: "finish", arguments: JSON.stringify({ summary: "Done." }) };
      const calls = [{ id: `call_${turn}`, ...call }];
      return Promise.resolve({ text: textOf(bytes, turn), calls, stop: "calls", usage });
    },
  };
}
