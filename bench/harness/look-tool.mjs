// The trivial read tool of the cases: says a text of fixed length, a different one for each place.

import { z } from "zod";
import { product } from "./product.mjs";
import { textOf } from "./texts.mjs";

const { defineTool } = await product("tools/contract.js");

export function lookTool(bytes) {
  return defineTool({
    name: "look",
    description: "Looks at a place and says what is there.",
    effect: "read",
    repeat: "read",
    input: z.strictObject({ at: z.number().describe("Which place") }),
    run: ({ at }) => Promise.resolve({ kind: "result", content: textOf(bytes, at) }),
  });
}
