import { z } from "zod";
import type { DecodedText } from "../../workspace/contract.ts";
import { quoted, WorkspaceError } from "../../workspace/errors.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import { defineTool, type Tool, type ToolContext, ToolFailure } from "../contract.ts";
import { refuseOwnFolder } from "../own-folder.ts";
import { applyEdits, areEditsMade } from "../text-edits.ts";

const maxBytes = 5 * 1024 * 1024;
const byteOrderMark = Buffer.from("\ufeff");

export const editFile: Tool = defineTool({
  name: "edit_file",
  description:
    "Changes passages of a text file in the workspace. Each passage to replace must occur exactly once in the file as it is; " +
    "either all edits are made or none.",
  effect: "write-internal",
  repeat: "askable",
  origin: "workspace",
  settleMs: 0,
  input: z.object({
    path: z.string().min(1).describe("The file, relative to the workspace"),
    edits: z
      .array(
        z.object({
          old: z
            .string()
            .min(1)
            .describe("The passage to replace, copied exactly, long enough to occur only once"),
          new: z.string().describe("What is to stand there instead; empty to delete"),
        }),
      )
      .min(1)
      .max(100)
      .describe("The changes, none of them overlapping another"),
  }),
  run: ({ path, edits }, { workspace }) =>
    asToolFailure(async () => {
      refuseOwnFolder(path);
      const before = await workspace.readText(path, maxBytes);
      const edited = applyEdits(before.text, edits);
      if (edited.kind === "refused") throw new ToolFailure(`${quoted(path)}: ${edited.problem}`);
      const marked = await hasByteOrderMark(path, workspace);
      await workspace.write(
        path,
        marked ? Buffer.concat([byteOrderMark, Buffer.from(edited.text)]) : edited.text,
      );
      const count = edits.length === 1 ? "1 edit" : `${edits.length} edits`;
      return {
        kind: "result",
        content: `Made ${count} in ${quoted(path)}.${conversion(before)}`,
        saw: { files: [path] },
      };
    }),
  happened: ({ path, edits }, { workspace }) =>
    asToolFailure(async () => {
      const now = await findText(path, workspace);
      return now === undefined ? false : areEditsMade(now.text, edits);
    }),
});

async function hasByteOrderMark(path: string, workspace: ToolContext["workspace"]): Promise<boolean> {
  return (await workspace.read(path, 0, byteOrderMark.length)).equals(byteOrderMark);
}

/** `undefined` when there is no such file: then nothing can have happened to it. */
async function findText(path: string, workspace: ToolContext["workspace"]): Promise<DecodedText | undefined> {
  try {
    return await workspace.readText(path, maxBytes);
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "workspace.not_found") return undefined;
    throw error;
  }
}

function conversion({ encoding }: DecodedText): string {
  return encoding === "utf-8" ? "" : ` The file was ${encoding} and is UTF-8 now.`;
}
