import { z } from "zod";
import { defineTool, type Tool } from "../contract.ts";

export const finish: Tool = defineTool({
  name: "finish",
  description:
    "Ends the work: posts the result in the thread with its files. The first line is the answer or outcome; then what " +
    "matters, in Markdown. Long material belongs in a file.",
  effect: "chat",
  repeat: "keyed",
  input: z.object({
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
  }),
  run: async ({ summary, files }, { attach }) => ({
    kind: "finish",
    summary,
    files: await Promise.all((files ?? []).map((path) => attach(path))),
  }),
});
