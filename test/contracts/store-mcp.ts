// Tools of MCP servers and their pins.

import { expect, it } from "vitest";
import type { McpTool } from "../../src/domain/mcp-tool.ts";
import type { StoreCase } from "./store-contract.ts";
import { t0 } from "./store-rows.ts";

export function mcpToolSuite(current: StoreCase): void {
  const row: McpTool = {
    server: "crm",
    tool: "get_account",
    state: "waiting",
    pin: "p1",
    definition: '{"name":"get_account"}',
    seenAt: t0,
  };

  it("MP2: keeps a tool as it was seen and as it was approved, and lists the tools of a server", async () => {
    expect(await current.store.write((tx) => tx.mcpTools.add(row))).toBe(true);
    expect(await current.store.write((tx) => tx.mcpTools.add({ ...row, pin: "p9" }))).toBe(false);
    await current.store.write((tx) => tx.mcpTools.add({ ...row, server: "mail" }));

    expect(await current.store.read((tx) => tx.mcpTools.find("crm", "get_account"))).toEqual(row);
    expect(await current.store.read((tx) => tx.mcpTools.list("crm"))).toEqual([row]);
    expect(await current.store.read((tx) => tx.mcpTools.list())).toHaveLength(2);
  });

  it("S4: changes a tool once for those who saw the same of it, and takes away what is absent then", async () => {
    const approved: McpTool = {
      ...row,
      tool: "log_call",
      state: "approved",
      approvedPin: "p1",
      approvedDefinition: row.definition,
      approvedBy: "config",
      approvedAt: t0,
      goneAt: t0 + 1,
      scopes: ["crm.write"],
    };
    const seen = { ...row, tool: "log_call" };
    await current.store.write((tx) => tx.mcpTools.add(seen));
    const change = (from: McpTool, to: McpTool) => current.store.write((tx) => tx.mcpTools.change(from, to));

    expect(await change(seen, approved)).toBe(true);
    expect(await change(seen, { ...seen, state: "quarantined" })).toBe(false);
    expect(await current.store.read((tx) => tx.mcpTools.find("crm", "log_call"))).toEqual(approved);

    const { goneAt: _gone, ...back } = approved;
    expect(await change(approved, { ...back, state: "quarantined", pin: "p2" })).toBe(true);
    expect(await change(back, back)).toBe(false);
    expect(await current.store.read((tx) => tx.mcpTools.find("crm", "log_call"))).toEqual({
      ...back,
      state: "quarantined",
      pin: "p2",
    });
  });
}
