// What `deputy doctor` says of MCP servers: which can be reached, and what of them waits for approval.

import type { Check } from "./check.ts";
import type { CliContext } from "./contract.ts";
import { changedAuthorities, listServers, type ServerView } from "./mcp-desk.ts";
import { withRows } from "./open-rows.ts";

export async function mcpChecks(context: CliContext, offline: boolean): Promise<readonly Check[]> {
  return withRows(context, async (rows) => {
    const stopped = new Set((await changedAuthorities(rows)).map(({ connection }) => connection));
    const servers = await listServers(rows, offline ? "none" : "all");
    return servers.map((server) => ({ id: server.name, group: "mcp", ...finding(server, stopped) }));
  });
}

function finding(
  { name, tools, problem, connection }: ServerView,
  stopped: ReadonlySet<string>,
): Omit<Check, "id" | "group"> {
  const count = (state: string): number => tools.filter((tool) => tool.state === state).length;
  const counts = `${count("approved")} tools approved, ${count("waiting")} waiting, ${count("quarantined")} quarantined`;
  const review = `Look at them with \`deputy mcp review ${name}\`.`;
  if (connection !== undefined && stopped.has(connection)) {
    const observed = "names another authorization server than before; its accounts are stopped";
    return { status: "fail", observed, fix: `Look at it with \`deputy mcp review ${name}\`.` };
  }
  if (problem !== undefined) {
    return {
      status: "fail",
      observed: `${problem} (${counts})`,
      fix: "Start the server, or correct its url. Everything else goes on without it.",
    };
  }
  if (tools.length === 0) {
    const observed =
      connection === undefined
        ? "not looked at yet"
        : `its tools are seen when somebody connects ${connection}`;
    return { status: "skip", observed, fix: "" };
  }
  if (count("quarantined") > 0) return { status: "warn", observed: counts, fix: review };
  return { status: "pass", observed: counts, fix: count("waiting") > 0 ? review : "" };
}
