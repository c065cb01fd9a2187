import { describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import { notesFile, planFile, resultFile, transcriptFile } from "../../src/runtime/own-files.ts";

describe("runtime/own-files", () => {
  const names = (id: string, mode: "employee" | "assistant") => {
    const run = { id: asRunId(id), mode };
    return [resultFile(run, 7), transcriptFile(run, 7), notesFile(run), planFile(run)];
  };

  it("has plain names where a workspace has one run at a time", () => {
    expect(names("run_a", "employee")).toEqual([
      ".deputy/results/0007.txt",
      ".deputy/transcripts/0007.md",
      ".deputy/notes.md",
      ".deputy/plan.json",
    ]);
  });

  it("OF1: gives runs that share a workspace no name in common", () => {
    const shared = names("run_a", "assistant").filter((name) => names("run_b", "assistant").includes(name));

    expect(shared).toEqual([]);
    expect(names("run_a", "assistant")[0]).toBe(".deputy/results/run_a-0007.txt");
  });
});
