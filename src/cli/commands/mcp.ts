// `deputy mcp list|review|approve`: tools of MCP servers, and what may be used of them (docs/mcp.md).

import { type Command, Option } from "commander";
import { visible } from "../../approvals/visible-text.ts";
import { cliActor } from "../audit-desk.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import {
  approveTools,
  changedAuthorities,
  listServers,
  type ReviewView,
  reviewTools,
  type ServerView,
  settleAuthorityOf,
} from "../mcp-desk.ts";
import { withRows } from "../open-rows.ts";
import { printJson, printList } from "../print.ts";

interface Form {
  readonly json?: boolean;
  readonly offline?: boolean;
  readonly pin?: string;
  readonly authorizationServer?: "take" | "keep";
}

const shownPin = 12;
const longest = 2_000;

export const addMcp: AddCommand = (program, context) => {
  const mcp = program
    .command("mcp")
    .description("tools of MCP servers: what there is, what changed, what may be used");
  addList(mcp, context);
  addReview(mcp, context);
  addApprove(mcp, context);
};

function addList(mcp: Command, context: CliContext): void {
  mcp
    .command("list")
    .description("servers and their tools, with their state")
    .option("--offline", "look at no server")
    .option("--json", "one JSON value")
    .action(async ({ json, offline }: Form) => {
      const servers = await withRows(context, (rows) => listServers(rows, offline ? "none" : "never-seen"));
      if (json) return printJson(context.stdout, { servers });
      printList(
        context.stdout,
        ["SERVER", "TOOL", "STATE", "EFFECT", "REPEAT", "PIN", "APPROVED BY"],
        servers.flatMap(({ name, tools, problem, connection }) =>
          tools.length === 0
            ? [[name, "-", problem === undefined ? unseenWord(connection) : visible(problem), "", "", "", ""]]
            : tools.map((tool) => [
                name,
                visible(tool.tool),
                tool.state,
                tool.effect,
                tool.repeat,
                tool.pin.slice(0, shownPin),
                tool.approved_by ?? "",
              ]),
        ),
        "No MCP server is configured: see `mcp` in docs/config-file.md.",
      );
      for (const server of servers) if (server.command) context.stdout.write(commandLine(server));
    });
}

/** All of it, as it is started (MCP-11). */
function commandLine({ name, command = [] }: ServerView): string {
  const words = command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(visible(word))));
  return `${name} is started in the sandbox: ${words.join(" ")}\n`;
}

function unseenWord(connection: string | undefined): string {
  return connection === undefined ? "not seen yet" : `not seen before somebody connects ${connection}`;
}

function addReview(mcp: Command, context: CliContext): void {
  mcp
    .command("review [server]")
    .description("what waits for approval: new tools whole, changed ones with the difference, nothing hidden")
    .option("--offline", "what was seen last, without looking at servers now")
    .option("--json", "one JSON value")
    .action(async (server: string | undefined, { json, offline }: Form) => {
      const { tools, authorities } = await withRows(context, async (rows) => ({
        tools: await reviewTools(rows, server, offline !== true),
        authorities: await changedAuthorities(rows),
      }));
      if (json) return printJson(context.stdout, { tools, authorization_servers: authorities });
      for (const { connection, server: at, issuer, other } of authorities) {
        context.stdout.write(
          `${visible(at)}: the authorization server of ${connection} was ${visible(issuer)} and is said to be ${visible(other)} now. Its accounts are stopped.\n  deputy mcp approve SERVER --authorization-server take|keep\n`,
        );
      }
      if (tools.length === 0 && authorities.length > 0) return;
      if (tools.length === 0) return void context.stdout.write("Nothing waits for approval.\n");
      context.stdout.write(tools.map(reviewText).join("\n"));
    });
}

function reviewText({ server, tool, state, effect, pin, approved_pin, changes }: ReviewView): string {
  const was = approved_pin === null ? "never approved" : `approved was ${approved_pin.slice(0, shownPin)}`;
  const lines = changes.flatMap(({ path, before, after }) => [
    ...(before === undefined ? [] : [`  - ${path}: ${shortened(before)}`]),
    ...(after === undefined ? [] : [`  + ${path}: ${shortened(after)}`]),
  ]);
  const how = `  deputy mcp approve ${server} ${visible(tool)} --pin ${pin.slice(0, shownPin)}`;
  return `${[`${server} ${visible(tool)}: ${state}, taken for ${effect}; pin ${pin.slice(0, shownPin)}, ${was}`, ...lines, how].join("\n")}\n`;
}

function shortened(text: string): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest).toWellFormed()}… (${text.length - longest} more characters: --json shows all)`;
}

function addApprove(mcp: Command, context: CliContext): void {
  mcp
    .command("approve <server> [tool]")
    .description("approve a tool as it was seen last, or all of a server that wait")
    .option("--pin <pin>", "only if it is still this one: the beginning is enough")
    .addOption(
      new Option(
        "--authorization-server <which>",
        "instead: of a server that names another one, take the new one or keep the old",
      ).choices(["take", "keep"]),
    )
    .option("--json", "one JSON value")
    .action(
      async (server: string, tool: string | undefined, { json, pin, authorizationServer: which }: Form) => {
        if (which !== undefined) {
          const settled = await withRows(context, (rows) =>
            settleAuthorityOf(rows, server, which, cliActor(context)),
          );
          if (json) return printJson(context.stdout, { server, authorization_server: which, settled });
          const said =
            which === "take"
              ? "the new one is taken; accounts have to be connected again"
              : "the old one is kept";
          const done = settled === 0 ? "nothing was to be settled" : said;
          return void context.stdout.write(`${server}: ${done}.\n`);
        }
        const done = await withRows(context, (rows) =>
          approveTools(rows, { server, tool, pin, by: cliActor(context) }),
        );
        if (json) {
          const approved = done.map((row) => ({ server, tool: row.tool, pin: row.pin }));
          return printJson(context.stdout, { approved });
        }
        if (done.length === 0) return void context.stdout.write("Nothing waited for approval.\n");
        for (const row of done) {
          context.stdout.write(
            `${server} ${visible(row.tool)} is approved (pin ${row.pin.slice(0, shownPin)}).\n`,
          );
        }
      },
    );
}
