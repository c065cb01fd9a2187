// Tools of each repeatability that act on the world outside, as the product is given them.

import { z } from "zod";
import { act, happened } from "./effect-world.mjs";
import { product } from "./product-place.mjs";

export const effectKinds = ["read", "keyed", "askable", "once"];
/** How long a request of a dead process may still be on its way on one machine. */
const settleMs = 100;

export async function effectTools(worldUrl) {
  const { defineTool } = await product("tools/contract.js");
  return effectKinds.map((kind) =>
    defineTool({
      name: `do_${kind}`,
      description: `Does something outside (${kind}).`,
      effect: kind === "read" ? "read" : "write-external",
      repeat: kind,
      origin: "own",
      input: z.strictObject({ name: z.string().describe("What is done") }),
      settleMs,
      run: async ({ name }, { key }) => {
        // A `once` receiver knows no keys; its own name tells the person who looks whether it happened.
        await act(worldUrl, { kind, name, key: kind === "once" ? name : key });
        return { kind: "result", content: `${name} is done.` };
      },
      happened: (_input, { key }) => happened(worldUrl, key),
    }),
  );
}
