// Tools that the product has at one release and not, or otherwise, at another: what deploys are tried with. Each act that
// counts is a line in the file that the model names, so that a test sees what happened outside.

import { appendFile } from "node:fs/promises";
import { z } from "zod";
import { defineTool, type Tool } from "../../src/tools/contract.ts";

export type ToolSet = "none" | "hanging" | "patient" | "old" | "new";

const note = z.strictObject({ file: z.string(), line: z.string() });

async function noteDown(file: string, line: string): Promise<{ kind: "result"; content: string }> {
  await appendFile(file, `${line}\n`);
  return { kind: "result", content: `Noted ${line}.` };
}

/** Hangs, and does not listen to whoever wants it to end. */
const hanging = defineTool({
  name: "look_far",
  description: "Looks far.",
  effect: "read",
  repeat: "read",
  input: z.strictObject({}),
  run: () => new Promise(() => undefined),
});

const patient = defineTool({
  name: "look_far",
  description: "Looks far.",
  effect: "read",
  repeat: "read",
  input: z.strictObject({}),
  run: async () => ({ kind: "result", content: "Far enough." }),
});

/** Waits for ever after its act: a process is replaced while it is under way. */
const stalled = (name: string, repeat: Tool["repeat"], happened?: () => Promise<boolean>): Tool =>
  defineTool({
    name,
    description: "Writes a line.",
    effect: "write-internal",
    repeat,
    input: note,
    ...(happened ? { happened } : {}),
    async run({ file, line }) {
      await noteDown(file, line);
      return new Promise(() => undefined);
    },
  });

const old: readonly Tool[] = [
  stalled("note_keyed", "keyed"),
  stalled("note_once", "once"),
  stalled("note_gone", "once"),
  stalled("note_changed", "keyed"),
];

const changed: readonly Tool[] = [
  defineTool({
    name: "note_keyed",
    description: "Writes a line, once per line.",
    effect: "write-internal",
    repeat: "keyed",
    input: note.extend({ urgent: z.boolean().optional() }),
    run: async ({ line }) => ({ kind: "result", content: `Noted ${line} already.` }),
  }),
  defineTool({
    name: "note_once",
    description: "Writes a line.",
    effect: "write-internal",
    repeat: "once",
    input: note,
    run: ({ file, line }) => noteDown(file, line),
  }),
  // `note_gone` is gone.
  defineTool({
    name: "note_changed",
    description: "Writes lines.",
    effect: "write-internal",
    repeat: "keyed",
    input: z.strictObject({ path: z.string(), lines: z.array(z.string()) }),
    run: async () => ({ kind: "result", content: "Noted." }),
  }),
];

export const toolSets: Readonly<Record<ToolSet, readonly Tool[]>> = {
  none: [],
  hanging: [hanging],
  patient: [patient],
  old,
  new: changed,
};
