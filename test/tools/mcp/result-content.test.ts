// What a server answers, where it was made to be slow or to break whoever reads it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { outcomeOf } from "../../../src/tools/mcp/result-content.ts";
import type { Workspace } from "../../../src/workspace/contract.ts";
import { temporaryWorkspaces, type TemporaryWorkspaces } from "../../workspace/temporary-workspaces.ts";
import { processorMs } from "../../support/processor-time.ts";

describe("tools/mcp/result-content", () => {
  let spaces: TemporaryWorkspaces;
  let workspace: Workspace;
  beforeEach(async () => {
    spaces = await temporaryWorkspaces();
    workspace = await spaces.open();
  });
  afterEach(() => spaces.remove());

  const text = (words: string) => ({ type: "text", text: words }) as const;
  const came = () => ({ server: "crm", tool: "look", workspace });
  const nested = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;

  it("RS3: what is nested too deep is left out, and the rest is told", async () => {
    const structuredContent: Record<string, unknown> = { deep: JSON.parse(nested) };
    const { content, isError } = await outcomeOf(
      { content: [text("Three found.")], structuredContent },
      came(),
    );
    expect([content, isError]).toEqual([
      "Three found.\n\n(Its structured content was left out: it is nested too deep.)",
      false,
    ]);
    const { content: both } = await outcomeOf(
      { content: [text(nested)], structuredContent: { n: 1 } },
      came(),
    );
    expect(both).toContain('{"n":1}');
  });

  it("RS3: many texts beside much that is structured are looked through once", async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => n);
    const before = processorMs();
    const { content } = await outcomeOf(
      { content: many.map((n) => text(String(n))), structuredContent: { many } },
      came(),
    );
    expect(processorMs() - before).toBeLessThan(3_000);
    expect(content).toContain("19999");
  });
});
