// `deputy agents|tenants|people|tools` and `deputy stop-all`: what an operator holds up, and releases (docs/brakes.md). Effective within
// seconds, in every process.

import { resolve } from "node:path";
import type { Command } from "commander";
import { createAgentDirectory } from "../../app/agent-directory.ts";
import { systemClock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import { createIds } from "../../base/ids.ts";
import { nearestName } from "../../config/nearest-name.ts";
import type { BrakeKind } from "../../domain/brake.ts";
import { asTenantId } from "../../domain/ids.ts";
import { type BrakePlace, pullBrake, releaseBrake } from "../../gateway/brakes.ts";
import { restorePerson } from "../../gateway/revoke-person.ts";
import { builtinTools } from "../../tools/registry.ts";
import { cliActor } from "../audit-desk.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { addPeopleList, addTenantList, addToolList } from "./brake-lists.ts";
import { withDesk } from "../desk-from-cli.ts";
import { personNamed } from "../known-person.ts";
import { type Rows, withRows } from "../open-rows.ts";
import { printJson, printTable } from "../print.ts";
import { revokeFromCli } from "../revoke-from-cli.ts";
import { stopAll } from "../stop-all.ts";

interface Form {
  readonly json?: boolean;
}

const ids = createIds(() => systemClock.now());

export const addBrakes: AddCommand = (program, context) => {
  addAgents(program, context);
  const tenants = program.command("tenants").description("show, pause and resume tenants: all their work");
  addTenantList(tenants, context);
  addSwitch(tenants, context, {
    kind: "tenant",
    off: "pause <id>",
    on: "resume <id>",
    said: ["paused", "active"],
  });
  addPeople(program, context);
  const tools = program
    .command("tools")
    .description("show tools, switch one off for every agent, and on again");
  addToolList(tools, context);
  addSwitch(tools, context, {
    kind: "tool",
    off: "disable <name>",
    on: "enable <name>",
    said: ["disabled", "enabled"],
  });
  addStopAll(program, context);
};

interface Switch {
  readonly kind: Exclude<BrakeKind, "all" | "person">;
  readonly off: string;
  readonly on: string;
  /** What it is then. */
  readonly said: readonly [off: string, on: string];
}

function addSwitch(parent: Command, context: CliContext, { kind, off, on, said }: Switch): void {
  const add = (usage: string, pull: boolean, state: string): void => {
    parent
      .command(usage)
      .description(`from now on it is ${state}, in every process within seconds`)
      .option("--json", "one JSON value")
      .action(async (name: string, options: Form) => {
        const changed = await withRows(context, (rows) =>
          change(rows, { kind, name }, pull, cliActor(context)),
        );
        if (options.json) return printJson(context.stdout, { [kind]: name, state, changed });
        context.stdout.write(`${name} is ${state}${changed ? "" : ", as it was before"}.\n`);
      });
  };
  add(off, true, said[0]);
  add(on, false, said[1]);
}

async function change(rows: Rows, place: BrakePlace, pull: boolean, by: string): Promise<boolean> {
  await mustBeKnown(rows, place);
  return withDesk(rows, (desk) =>
    desk.decide((d) => (pull ? pullBrake(d, ids, place, by) : releaseBrake(d, place, by))),
  );
}

/**
 * A brake on what there is none of would look as if it held something. One that is pulled can be released, whatever became of what it
 * holds. Tools of servers are known to the server alone.
 */
async function mustBeKnown({ config, store }: Rows, { kind, name }: BrakePlace): Promise<void> {
  const brakes = await store.read((tx) => tx.brakes.list());
  if (brakes.some((brake) => brake.kind === kind && brake.name === name)) return;
  if (kind === "tool" && !name.includes("__") && builtinTools.every((tool) => tool.name !== name)) {
    const near = nearestName(
      name,
      builtinTools.map((tool) => tool.name),
    );
    const hint =
      near === undefined
        ? "they are called read_file and the like, or <server>__<tool>"
        : `did you mean ${near}?`;
    throw new AppError("cli.unknown", `There is no tool ${name}; ${hint}${near === undefined ? "." : ""}`);
  }
  if (kind === "agent" && createAgentDirectory(config).all.every((agent) => agent.name !== name)) {
    throw new AppError("cli.unknown", `There is no agent ${name}; deputy agents list shows them.`);
  }
  if (kind !== "tenant") return;
  const conversations = await store.read((tx) => tx.conversations.list());
  if (name !== "local" && conversations.every(({ tenant }) => tenant !== asTenantId(name))) {
    throw new AppError(
      "cli.unknown",
      `There is no tenant ${name}; they are called local, slack-<id> or teams-<id>.`,
    );
  }
}

function addAgents(program: Command, context: CliContext): void {
  const agents = program.command("agents").description("the employees: show, pause and resume them");
  agents
    .command("list")
    .description("all agents of the configuration file")
    .option("--json", "one JSON value")
    .action(async (options: Form) => {
      const listed = await withRows(context, listAgents);
      if (options.json) return printJson(context.stdout, { agents: listed });
      printTable(context.stdout, [
        ["AGENT", "STATE", "ROLE", "MANAGERS"],
        ...listed.map(({ name, state, role, managers }) => [name, state, role, managers.join(", ")]),
      ]);
    });
  addSwitch(agents, context, {
    kind: "agent",
    off: "pause <name>",
    on: "resume <name>",
    said: ["paused", "active"],
  });
}

async function listAgents({ config, store }: Rows): Promise<
  readonly {
    readonly name: string;
    readonly state: "paused" | "active";
    readonly role: string;
    readonly managers: readonly string[];
    readonly tools: readonly string[];
    readonly model: string;
  }[]
> {
  const brakes = await store.read((tx) => tx.brakes.list());
  const paused = new Set(brakes.flatMap(({ kind, name }) => (kind === "agent" ? [name] : [])));
  return createAgentDirectory(config).all.map(({ name, role, managers, tools, model }) => ({
    name,
    state: paused.has(name) || brakes.some(({ kind }) => kind === "all") ? "paused" : "active",
    role,
    managers,
    tools,
    model,
  }));
}

function addPeople(program: Command, context: CliContext): void {
  const people = program.command("people").description("whom Deputy serves: show, revoke and restore them");
  addPeopleList(people, context);
  people
    .command("revoke <key>")
    .description(
      "serve this person (platform:organisation:user) no more: ends their runs, schedules and connections",
    )
    .option("--json", "one JSON value")
    .action(async (key: string, options: Form) => {
      const revoked = await withRows(context, (rows) => revokeFromCli(rows, key, cliActor(context)));
      if (options.json) return printJson(context.stdout, { person: key, state: "revoked", ...revoked });
      const { linked = [], runs, schedules, connections } = revoked;
      context.stdout.write(
        `${[key, ...linked].join(" and ")} ${linked.length > 0 ? "are" : "is"} served no more: ${runs} runs stopped, ${schedules} schedules paused, ${connections} connections revoked.\n`,
      );
    });
  people
    .command("restore <key>")
    .description("serve this person again; what was ended stays ended")
    .option("--json", "one JSON value")
    .action(async (name: string, options: Form) => {
      const { released: changed, linked } = await withRows(context, (rows) =>
        withDesk(rows, (desk) => desk.decide((d) => restorePerson(d, personNamed(name), cliActor(context)))),
      );
      if (options.json)
        return printJson(context.stdout, {
          person: name,
          state: "active",
          changed,
          ...(linked.length > 0 ? { linked } : {}),
        });
      const all = [name, ...linked].join(" and ");
      context.stdout.write(
        `${all} ${linked.length > 0 ? "are" : "is"} served${changed ? " again" : ", as before"}.\n`,
      );
    });
}

function addStopAll(program: Command, context: CliContext): void {
  program
    .command("stop-all")
    .description("stop every run, begin nothing more, and write a signed report of what was under way")
    .option("--out <file>", "where the report goes; a file in the data folder when absent")
    .option("--release", "let work begin again; what was stopped stays stopped")
    .option("--json", "one JSON value")
    .action(async (options: Form & { readonly out?: string; readonly release?: boolean }) => {
      const by = cliActor(context);
      if (options.release) {
        const changed = await withRows(context, (rows) => change(rows, { kind: "all", name: "" }, false, by));
        if (options.json) return printJson(context.stdout, { state: "active", changed });
        return void context.stdout.write("Work may begin again.\n");
      }
      const out = options.out === undefined ? undefined : resolve(context.cwd, options.out);
      const all = await withRows(context, (rows) => stopAll(rows, out, by));
      if (options.json) return printJson(context.stdout, { state: "stopped", ...all });
      context.stdout.write(
        `Everything is held up, and ${all.stopped} runs are being stopped. What was under way is in ${all.report}.\nLet work begin again with: deputy stop-all --release\n`,
      );
    });
}
