// The checks of `deputy doctor`. Each says what it observed and what to do; a broken check is a failed one.

import { access, constants, statfs } from "node:fs/promises";
import { logOf } from "../app/log-of.ts";
import {
  isEmbedded,
  masterKeySource,
  openConfiguredModel,
  openConfiguredQueue,
  openConfiguredStore,
} from "../app/open-edges.ts";
import { systemClock } from "../base/clock.ts";
import { errorText, isAppError } from "../base/errors.ts";
import { bucketOf } from "../config/env-state.ts";
import { type Config, loadConfig } from "../config/load-config.ts";
import { isLoopback } from "../net/loopback.ts";
import { makeDataFolder } from "../store/data-folder.ts";
import { findMasterKey, needsMasterKey } from "../vault/master-key.ts";
import { createSandbox } from "../tools/sandbox/sandbox.ts";
import type { Check, Finding } from "./check.ts";
import type { CliContext } from "./contract.ts";
import { bucketCheck } from "./doctor-blobs.ts";
import { connectionsCheck } from "./doctor-connections.ts";
import { mcpChecks } from "./doctor-mcp.ts";
import { tokensCheck } from "./doctor-tokens.ts";
import { slackChecks } from "./doctor-slack.ts";
import { callbackCheck, clockCheck } from "./doctor-reach.ts";
import { auditCheck, policyCheck, schedulesCheck } from "./doctor-trust.ts";
import { teamsChecks } from "./doctor-teams.ts";

const leastFreeBytes = 1024 ** 3;

export async function doctorChecks(
  context: CliContext,
  options: { readonly offline: boolean },
): Promise<Check[]> {
  const config = readConfig(context);
  if ("problem" in config) return [node(), config.problem];
  const schedules = schedulesCheck(config);
  const checks: readonly Looking[] = [
    ["runtime", "data-folder", () => dataFolder(config)],
    ["runtime", "disk-space", () => diskSpace(config)],
    ["storage", "database", () => database(config)],
    ["storage", "master-key", () => masterKey(config)],
    ["storage", "queue", () => queue(config)],
    ...(bucketOf(config.state.blobs) === undefined ? [] : [bucket(config, options.offline)]),
    ["runtime", "clock", () => clockCheck(config, options.offline)],
    ["trust", "policy", () => Promise.resolve(policyCheck(config))],
    ...(Object.keys(config.file.settings.connections).length > 0 ? [connections(config)] : []),
    ["trust", "audit", () => auditCheck(config)],
    ...(schedules ? [["runtime", "schedules", () => Promise.resolve(schedules)] as const] : []),
    ["runtime", "sandbox", () => sandbox(config)],
    ["model", "model", () => model(config, options.offline)],
    ["console", "address", () => Promise.resolve(address(config))],
    ["console", "callback", () => callbackCheck(config, options.offline)],
  ];
  const found = await Promise.all(checks.map(([group, id, look]) => checked(group, id, look)));
  return [
    node(),
    pass("config", "settings", `${config.file.path}: ${config.file.found ? "read" : "defaults"}`),
    ...found,
    ...(config.file.settings.mcp_server
      ? [await checked("mcp", "tokens", () => tokensCheck(config, options.offline))]
      : []),
    ...(await ofPlatform("mcp", () => mcpChecks(context, options.offline))),
    ...(await ofPlatform("slack", () => slackChecks(config, options.offline))),
    ...(await ofPlatform("teams", () => teamsChecks(config, options.offline))),
  ];
}

type Looking = readonly [group: string, id: string, look: () => Promise<Finding>];

function bucket(config: Config, offline: boolean): Looking {
  return ["storage", "blobs", () => bucketCheck(config, offline)];
}

function connections(config: Config): Looking {
  return ["trust", "connections", () => connectionsCheck(config)];
}

async function ofPlatform(name: string, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    return [{ group: name, id: name, status: "fail", observed: errorText(error), fix: "" }];
  }
}

async function checked(group: string, id: string, look: () => Promise<Finding>): Promise<Check> {
  try {
    return { group, id, fix: "", ...(await look()) };
  } catch (error) {
    return { group, id, status: "fail", observed: errorText(error), fix: "" };
  }
}

function node(): Check {
  return pass("runtime", "node", `Node ${process.versions.node} on ${process.platform}-${process.arch}`);
}

function pass(group: string, id: string, observed: string): Check {
  return { group, id, status: "pass", observed, fix: "" };
}

function readConfig(context: CliContext): Config | { readonly problem: Check } {
  try {
    return loadConfig({ env: context.env, cwd: context.cwd });
  } catch (error) {
    const fix = "Correct the setting that is named; docs/settings.md lists them all.";
    return { problem: { group: "config", id: "settings", status: "fail", observed: errorText(error), fix } };
  }
}

async function dataFolder(config: Config): Promise<Finding> {
  const { dataFolder: folder } = config.core;
  try {
    makeDataFolder(folder);
    await access(folder, constants.R_OK | constants.W_OK);
    return { status: "pass", observed: `${folder} can be written` };
  } catch (error) {
    return {
      status: "fail",
      observed: isAppError(error) ? error.message : `${folder} can't be read and written by this user`,
      fix: "Give this user the folder, or set DEPUTY_DATA.",
    };
  }
}

async function diskSpace(config: Config): Promise<Finding> {
  const disk = await statfs(config.core.dataFolder).catch(() => undefined);
  if (!disk) return { status: "skip", observed: "not known: there is no data folder" };
  const free = disk.bavail * disk.bsize;
  const observed = `${(free / 1024 ** 3).toFixed(1)} GiB free`;
  return free >= leastFreeBytes
    ? { status: "pass", observed }
    : { status: "warn", observed, fix: "Free some space: runs stop with a message when the disk is full." };
}

/** The self-test of the sandbox (SBX-5), made here and now. */
async function sandbox(config: Config): Promise<Finding> {
  const tried = createSandbox({
    clock: systemClock,
    log: logOf(config, { to: "stderr" }),
    allow: config.limits.egressAllow ?? [],
    alone: false,
  });
  try {
    const state = await tried.state();
    if (state.kind === "ready") {
      return { status: "pass", observed: "commands run in bubblewrap; all attempts to break out failed" };
    }
    const fix = "See docs/sandbox.md. Until then run_command is off; nothing runs outside a sandbox.";
    const servers = startedServers(config);
    if (servers.length === 0) return { status: "warn", observed: `commands are off: ${state.why}`, fix };
    const observed = `commands and the MCP servers ${servers.join(", ")} are off: ${state.why}`;
    return { status: "fail", observed, fix: fix.replace("run_command is", "they are") };
  } finally {
    await tried.close();
  }
}

/** Those that are started by a command: they run in the sandbox or not at all (MCP-11). */
function startedServers(config: Config): string[] {
  return Object.entries(config.file.settings.mcp).flatMap(([name, { command }]) =>
    command === undefined ? [] : [name],
  );
}

async function database(config: Config): Promise<Finding> {
  const store = await openConfiguredStore(config, logOf(config, { to: "stderr" }));
  try {
    const counts = await store.read((tx) => tx.runs.counts());
    const runs = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { status: "pass", observed: `${store.dialect}, ${runs} runs` };
  } finally {
    await store.close();
  }
}

async function masterKey(config: Config): Promise<Finding> {
  const store = await openConfiguredStore(config, logOf(config, { to: "stderr" }));
  const set = config.core.masterKey !== undefined;
  try {
    const found = await findMasterKey(store, masterKeySource(config));
    if (found)
      return { status: "pass", observed: set ? "set, and the database's" : "kept in the data folder" };
    if (store.dialect === "postgres")
      return {
        status: "fail",
        observed: "not set",
        fix: "Set DEPUTY_MASTER_KEY; with Postgres nothing starts without.",
      };
    if (!(await needsMasterKey(store))) return { status: "pass", observed: "made at first start" };
    return {
      status: "fail",
      observed: "not there, and the database was sealed with it",
      fix: "Restore keys/master of the data folder from a backup, or set DEPUTY_MASTER_KEY to that key; nothing starts without.",
    };
  } finally {
    await store.close();
  }
}

async function queue(config: Config): Promise<Finding> {
  if (isEmbedded(config)) return { status: "pass", observed: "inside the one process" };
  const bells = openConfiguredQueue(config, logOf(config, { to: "stderr" }));
  try {
    await bells.ping();
    return { status: "pass", observed: "Redis answers" };
  } catch (error) {
    return {
      status: "fail",
      observed: errorText(error),
      fix: "Start Redis or correct REDIS_URL; nothing is lost meanwhile, but runs start late.",
    };
  } finally {
    await bells.close();
  }
}

async function model(config: Config, offline: boolean): Promise<Finding> {
  const { model: driver } = openConfiguredModel(config, logOf(config, { to: "stderr" }));
  if (driver.scripted) {
    return {
      status: "warn",
      observed: "the built-in scripted model, for a try only",
      fix: "Set OPENAI_API_KEY, or OPENAI_BASE_URL for a service of your own.",
    };
  }
  if (offline) return { status: "skip", observed: "not called (--offline)" };
  const answer = await driver.generate(
    {
      model: config.model.model,
      purpose: "work",
      instructions: "Answer with the word ok.",
      messages: [{ role: "user", text: "ok?" }],
      tools: [],
      maxOutputTokens: 64,
    },
    { signal: AbortSignal.timeout(30_000) },
  );
  return {
    status: "pass",
    observed: `${config.model.model} answered (${answer.usage.inputTokens} tokens read)`,
  };
}

function address(config: Config): Finding {
  const { host, port, publicUrl } = config.core;
  if (publicUrl === undefined)
    return { status: "pass", observed: `http://${host}:${port}, this machine only` };
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol === "https:" || isLoopback(hostname)) return { status: "pass", observed: publicUrl };
  return {
    status: "warn",
    observed: `${publicUrl} is not https: sign-in, codes and what people read go there in the clear`,
    fix: "Put a proxy with a certificate in front and set DEPUTY_PUBLIC_URL to its https address.",
  };
}
