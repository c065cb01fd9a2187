import { z } from "zod";
import { defineTool, type Tool } from "../contract.ts";

export const shareFile: Tool = defineTool({
  name: "share_file",
  description:
    "Posts a file of the workspace in the thread now, as it is at this moment. " +
    "Files that belong to the final result go into finish instead.",
  effect: "chat",
  repeat: "keyed",
  origin: "workspace",
  input: z.object({
    path: z.string().min(1).describe("The file, relative to the workspace"),
    title: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe("What to call it; the file name when absent"),
    comment: z.string().trim().max(1_000).optional().describe("A sentence to post with it"),
  }),
  run: async ({ path, title, comment }, { attach }) => {
    const file = await attach(path, title);
    return {
      kind: "result",
      content: `Shared ${file.name} (${file.sizeBytes} bytes) in the thread.`,
      saw: { files: [path] },
      effects: [{ kind: "share", file, ...(comment ? { comment } : {}) }],
    };
  },
});
