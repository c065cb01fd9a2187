import { describe, expect, it } from "vitest";
import { definitionChanges } from "../../../src/tools/mcp/definition-changes.ts";

describe("tools/mcp/definition-changes", () => {
  it("MCP-5: the difference shows every member, and what is invisible in it", () => {
    const text = (of: object): string => JSON.stringify(of);
    const before = text({
      name: "a",
      description: "Reads",
      inputSchema: { properties: { id: { type: "string" } } },
    });
    const after = text({
      name: "a",
      description: "Reads\u202e\u200b",
      inputSchema: { properties: { id: { type: "number" }, to: {} } },
    });

    expect(definitionChanges(before, after)).toEqual([
      { path: "description", before: '"Reads"', after: '"Reads\\u{202e}\\u{200b}"' },
      { path: "inputSchema.properties.id.type", before: '"string"', after: '"number"' },
      { path: "inputSchema.properties.to", after: "{}" },
    ]);
    expect(definitionChanges(undefined, text({ name: "a" }))).toEqual([{ path: "name", after: '"a"' }]);
  });
});
