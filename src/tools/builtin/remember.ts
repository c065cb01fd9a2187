import { z } from "zod";
import { defineTool, type Tool } from "../contract.ts";

export const remember: Tool = defineTool({
  name: "remember",
  description:
    "Keeps one fact for later runs: in a direct message for this person only, elsewhere for this channel. " +
    "For preferences and standing facts, not for what belongs in a file.",
  effect: "own-state",
  repeat: "keyed",
  origin: "own",
  input: z.object({
    fact: z.string().trim().min(3).max(500).describe("One fact in a sentence that can be understood alone"),
  }),
  run: ({ fact }) =>
    Promise.resolve({ kind: "result", content: "Remembered.", effects: [{ kind: "remember", fact }] }),
});
