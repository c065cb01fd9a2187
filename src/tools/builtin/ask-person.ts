import { z } from "zod";
import { defineTool, type Tool, ToolFailure } from "../contract.ts";

export const askPerson: Tool = defineTool({
  name: "ask_person",
  description:
    "Asks the person you work for one question and waits for the answer, for minutes or days; other work stops meanwhile. " +
    "Ask only what changes the outcome and what the files can't tell. Offer options where there are some: they become buttons. " +
    "Returns JSON {answer, by, via}; via is button, text or default.",
  effect: "chat",
  repeat: "waits",
  origin: "own",
  input: z.object({
    question: z.string().trim().min(1).max(1_000).describe("One question, complete in itself"),
    options: z
      .array(z.string().trim().min(1).max(75))
      .max(10)
      .optional()
      .describe("Answers to offer as buttons; the person can always write something else"),
    default: z
      .string()
      .trim()
      .min(1)
      .max(300)
      .optional()
      .describe("What you will go with if nobody answers by then; without it you wait until somebody does"),
    due_in_minutes: z
      .number()
      .positive()
      .max(43_200)
      .optional()
      .describe(
        "When the default applies, in minutes from now; needs a default. Without it, by noon of their next working day",
      ),
  }),
  run: (input) => {
    if (input.due_in_minutes !== undefined && input.default === undefined) {
      throw new ToolFailure(
        "due_in_minutes needs a default: say what you will go with when the time has come.",
      );
    }
    return Promise.resolve({
      kind: "ask",
      ask: {
        kind: "question",
        question: input.question,
        options: [...new Set(input.options ?? [])],
        ...(input.default === undefined ? {} : { default: input.default }),
      },
      ...(input.due_in_minutes === undefined ? {} : { dueInMinutes: input.due_in_minutes }),
    });
  },
});
