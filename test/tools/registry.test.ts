import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { builtinTools } from "../../src/tools/registry.ts";

describe("tools/registry", () => {
  it("lists every file in builtin/, and names each tool after its file", async () => {
    const files = await readdir(new URL("../../src/tools/builtin/", import.meta.url));
    const names = files.map((file) => file.replace(/\.ts$/, "").replaceAll("-", "_"));

    expect(builtinTools.map((tool) => tool.name).toSorted()).toEqual(names.toSorted());
  });

  it("has every tool of the design but those of later versions", () => {
    expect(builtinTools.map((tool) => tool.name)).toEqual([
      "list_files",
      "read_file",
      "search_files",
      "write_file",
      "edit_file",
      "run_command",
      "fetch_url",
      "set_plan",
      "check_in",
      "ask_person",
      "share_file",
      "schedule_task",
      "remember",
      "recall",
      "finish",
    ]);
  });
});
