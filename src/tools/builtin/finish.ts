import { z } from "zod";
import { defineTool, type Tool } from "../contract.ts";

const base = {
  name: "finish",
  description:
    "Ends the work: posts the result in the thread with its files. The first line is the answer or outcome; then what " +
    "matters, in Markdown. Long material belongs in a file.",
  effect: "chat",
  repeat: "keyed",
  origin: "own",
} as const;

const input = z.object({
  summary: z
    .string()
    .trim()
    .min(1)
    .describe("The result: first line the answer, then the details that matter"),
  files: z
    .array(z.string().min(1))
    .max(10)
    .optional()
    .describe("Paths of the files that belong to the result"),
});

export const finish: Tool = defineTool({
  ...base,
  input,
  run: async ({ summary, files }, { attach }) => ({
    kind: "finish",
    summary,
    files: await Promise.all((files ?? []).map((path) => attach(path))),
  }),
});

/** In its place in work that comes round: it may end without a word. */
export const finishScheduled: Tool = defineTool({
  ...base,
  description: `${base.description} With nothing_new, nothing is posted.`,
  input: input.extend({
    nothing_new: z
      .boolean()
      .optional()
      .describe(
        "True if there is nothing new since the last time: nobody is disturbed then. Say in summary what you looked at",
      ),
  }),
  run: async ({ summary, files, nothing_new: nothingNew }, { attach }) => ({
    kind: "finish",
    summary,
    files: await Promise.all((files ?? []).map((path) => attach(path))),
    ...(nothingNew === true ? { nothingNew } : {}),
  }),
});
