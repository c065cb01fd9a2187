// `deputy tenants|people|tools list`: what there is to hold up, and what is held up.

import type { Command } from "commander";
import { listPeople, listTenants, listTools } from "../brake-lists.ts";
import type { CliContext } from "../contract.ts";
import { limitOf } from "../limit-of.ts";
import { withRows } from "../open-rows.ts";
import { printJson, printList, printTable } from "../print.ts";

interface Form {
  readonly json?: boolean;
}

export function addTenantList(tenants: Command, context: CliContext): void {
  tenants
    .command("list")
    .description("those that something was said in, and who is paused")
    .option("--json", "one JSON value")
    .action(async ({ json }: Form) => {
      const listed = await withRows(context, listTenants);
      if (json) return printJson(context.stdout, { tenants: listed });
      printList(
        context.stdout,
        ["TENANT", "STATE"],
        listed.map(({ id, state }) => [id, state]),
        "Nobody has written to Deputy so far.",
      );
    });
}

export function addPeopleList(people: Command, context: CliContext): void {
  people
    .command("list")
    .description("people that platforms told of, the latest first, and who is revoked")
    .option("--limit <n>", "how many", "200")
    .option("--json", "one JSON value")
    .action(async ({ json, limit }: Form & { readonly limit: string }) => {
      const most = limitOf(limit, "people");
      const listed = await withRows(context, (rows) => listPeople(rows, most));
      if (json) return printJson(context.stdout, { people: listed });
      printList(
        context.stdout,
        ["PERSON", "STATE", "NAME", "KIND", "LAST SEEN"],
        listed.map(({ key, state, name, kind, seen_at }) => [
          key,
          state,
          name ?? "-",
          kind ?? "-",
          seen_at ?? "-",
        ]),
        "Nobody has written to Deputy so far.",
      );
    });
}

export function addToolList(tools: Command, context: CliContext): void {
  tools
    .command("list")
    .description("Deputy's own and those of MCP servers as they were seen last, and which are disabled")
    .option("--json", "one JSON value")
    .action(async ({ json }: Form) => {
      const listed = await withRows(context, listTools);
      if (json) return printJson(context.stdout, { tools: listed });
      printTable(context.stdout, [
        ["TOOL", "STATE", "EFFECT", "SERVER"],
        ...listed.map(({ name, state, effect, server }) => [name, state, effect ?? "-", server ?? "-"]),
      ]);
    });
}
