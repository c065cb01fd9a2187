import { z } from "zod";
import { defineTool, type Tool } from "../contract.ts";

export const checkIn: Tool = defineTool({
  name: "check_in",
  description:
    "Tells the person in one or two sentences where the work stands: what was found, what comes next. " +
    "Shown on the run card; on long work also posted. Use it at milestones, not at every step.",
  effect: "chat",
  repeat: "keyed",
  origin: "own",
  input: z.object({
    text: z.string().trim().min(1).max(600).describe("One to three sentences: done, next, anything needed"),
  }),
  run: ({ text }) =>
    Promise.resolve({ kind: "result", content: "Told.", effects: [{ kind: "check_in", text }] }),
});
