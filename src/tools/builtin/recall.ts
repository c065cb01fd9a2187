import { z } from "zod";
import { allRaised } from "../../domain/taint.ts";
import { defineTool, type Tool } from "../contract.ts";

export const recall: Tool = defineTool({
  name: "recall",
  description:
    "Looks up facts that were remembered for this person or channel. An empty query lists the newest.",
  effect: "read",
  repeat: "read",
  origin: "memory",
  input: z.object({ query: z.string().trim().max(300).describe("Words to look for") }),
  run: async ({ query }, context) => {
    const found = await context.recall(query);
    const content =
      found.length === 0
        ? "Nothing is remembered about that."
        : found
            .map((memory) => `- ${memory.fact} (${new Date(memory.createdAt).toISOString().slice(0, 10)})`)
            .join("\n");
    return { kind: "result", content, saw: { taint: allRaised(found.map(({ taint }) => taint)) } };
  },
});
