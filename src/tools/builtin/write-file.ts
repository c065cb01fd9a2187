import { z } from "zod";
import { quoted, WorkspaceError } from "../../workspace/errors.ts";
import { asToolFailure } from "../as-tool-failure.ts";
import { defineTool, type Tool, type ToolContext } from "../contract.ts";
import { refuseOwnFolder } from "../own-folder.ts";

export const writeFile: Tool = defineTool({
  name: "write_file",
  description:
    "Writes a whole text file in the workspace, making the folders on the way. A file of that name is replaced; " +
    "to change parts of one, use edit_file.",
  effect: "write-internal",
  repeat: "keyed",
  origin: "own",
  input: z.object({
    path: z.string().min(1).describe("The file, relative to the workspace"),
    content: z.string().describe("Everything that is to be in the file"),
  }),
  run: ({ path, content }, { workspace }) =>
    asToolFailure(async () => {
      refuseOwnFolder(path);
      const replaced = await exists(path, workspace);
      const entry = await workspace.write(path, content);
      const lines = content === "" ? 0 : content.split("\n").length - Number(content.endsWith("\n"));
      const size = `${entry.sizeBytes} bytes, ${lines} ${lines === 1 ? "line" : "lines"}`;
      const what = replaced ? "Replaced" : "Wrote";
      return { kind: "result", content: `${what} ${quoted(entry.path)} (${size}).` };
    }),
});

async function exists(path: string, workspace: ToolContext["workspace"]): Promise<boolean> {
  try {
    await workspace.stat(path);
    return true;
  } catch (error) {
    if (error instanceof WorkspaceError && error.code === "workspace.not_found") return false;
    throw error;
  }
}
