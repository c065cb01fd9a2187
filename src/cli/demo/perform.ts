// Plays a story on embedded defaults, in a folder of its own, and prints what is said while it goes. Ends by itself.

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type App, startApp } from "../../app.ts";
import { systemClock } from "../../base/clock.ts";
import type { LocalRoom } from "../../chat/local/room.ts";
import { loadConfig } from "../../config/load-config.ts";
import { sqlitePath } from "../../store/open.ts";
import type { CliContext, Output } from "../contract.ts";
import { printJson } from "../print.ts";
import { play, type Story } from "./play.ts";
import { createTranscript } from "./transcript.ts";

export interface Performance {
  /** Below the data folder. */
  readonly folder: string;
  /** Beside the settings of the model, which are those of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The first line. */
  readonly opening: string;
  /** How to do the same by hand. */
  readonly yourself: string;
  /** The transcript goes to stderr, and what came of it to stdout. */
  readonly json?: boolean;
  readonly story: (stage: Stage) => Omit<Story, "timeoutMs">;
  /** Looks back, when all is said. */
  readonly afterwards?: (stage: Stage) => Promise<void>;
}

export interface Stage {
  readonly app: App;
  readonly room: LocalRoom;
  readonly out: Output;
}

/** The exit code. */
export async function perform(context: CliContext, performance: Performance): Promise<number> {
  const folder = path.resolve(context.cwd, context.env["DEPUTY_DATA"]?.trim() || "data", performance.folder);
  const env = { ...modelSettings(context), PORT: "0", ...performance.env, DEPUTY_DATA: folder };
  const config = loadConfig({ env, cwd: context.cwd });
  const app = await startApp({ config, role: "all", log: { to: "stderr" } });
  try {
    if (!app.localChat) throw new TypeError("The local chat is not there");
    const out = performance.json ? context.stderr : context.stdout;
    const stage: Stage = { app, room: app.localChat.room, out };
    const outcome = await tell(stage, performance);
    await performance.afterwards?.(stage);
    const look = await whereToLook(app, folder);
    if (look) out.write(lookAround(look, nearest(folder, context.cwd), performance.yourself));
    if (performance.json) printJson(context.stdout, { outcome, ...look });
    return outcome === "done" ? 0 : 1;
  } finally {
    await app.stop();
  }
}

async function tell(stage: Stage, { opening, story }: Performance): Promise<string> {
  const { app, room, out } = stage;
  out.write(`${opening}\nModel: ${app.modelLabel}\n\n`);
  const stop = room.subscribe(createTranscript(room, out, () => systemClock.now()));
  const timeoutMs = app.edges.model.model.scripted ? 55_000 : 15 * 60_000;
  const result = await play(room, systemClock, { ...story(stage), timeoutMs });
  await everythingSaid(app);
  stop();
  return result.outcome;
}

/** The last edit of the run card follows the result when the platform's pace allows. */
async function everythingSaid({ edges }: App): Promise<void> {
  const until = systemClock.now() + 10_000;
  while (systemClock.now() < until) {
    if ((await edges.store.read((tx) => tx.outbox.nextDue())) === undefined) return;
    await sleep(100);
  }
}

interface Look {
  readonly run: string;
  readonly workspace: string;
  readonly journal: string;
}

async function whereToLook({ edges: { store, workspaces } }: App, folder: string): Promise<Look | undefined> {
  const { run, conversation } = await store.read(async (tx) => {
    const [newest] = await tx.runs.list({ limit: 1 });
    return { run: newest, conversation: newest && (await tx.conversations.find(newest.conversation)) };
  });
  if (!run || !conversation) return undefined;
  const workspace = workspaces.pathOf({ tenant: run.tenant, workspace: conversation.workspace });
  return { run: run.id, workspace, journal: sqlitePath(folder) };
}

/** As it is typed where one stands. */
function nearest(folder: string, cwd: string): string {
  const relative = path.relative(cwd, folder);
  return relative.startsWith("..") || path.isAbsolute(relative) ? folder : relative;
}

function lookAround({ run, workspace, journal }: Look, folder: string, yourself: string): string {
  return [
    "",
    "Look around:",
    `  workspace  ${workspace}`,
    `  journal    ${journal}`,
    `  steps      DEPUTY_DATA=${folder} npx tsx src/main.ts runs show ${run}`,
    `  versions   DEPUTY_DATA=${folder} npx tsx src/main.ts workspace log ${run}`,
    `  yourself   ${yourself}`,
    "",
  ].join("\n");
}

/** Embedded defaults: a database, Redis or channel setup of the environment is not touched; the model is used. */
function modelSettings({ env }: CliContext): Record<string, string | undefined> {
  const kept = [
    "OPENAI_API_KEY",
    "OPENAI_API_KEY_FILE",
    "OPENAI_BASE_URL",
    "DEPUTY_MODEL",
    "DEPUTY_MODEL_API",
    "DEPUTY_CONTEXT_TOKENS",
  ];
  const chosen = Object.fromEntries(kept.map((name) => [name, env[name]]));
  return { ...chosen, DEPUTY_LOG_LEVEL: env["DEPUTY_LOG_LEVEL"] ?? "error" };
}
