// `deputy demo`: the whole main job in the terminal on embedded defaults, in a folder of its own; ends by itself.

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type App, startApp } from "../../app.ts";
import { systemClock } from "../../base/clock.ts";
import { localPeople } from "../../chat/local/cast.ts";
import { loadConfig } from "../../config/load-config.ts";
import type { ResultMessage } from "../../domain/outbox.ts";
import { sqlitePath } from "../../store/open.ts";
import type { AddCommand, CliContext, Output } from "../contract.ts";
import { play } from "../demo/play.ts";
import { createTranscript } from "../demo/transcript.ts";

const request =
  "@deputy please summarise this sales file for me: totals, by region and by month, and what stands out. " +
  "I'd like a short report I can forward.";

export const addDemo: AddCommand = (program, context, finish) => {
  program
    .command("demo")
    .description("play the main job once: a person asks with a file, Deputy works, asks, and reports")
    .option("--file <csv>", "the file to ask about", exampleFile())
    .action(async (options: { file: string }) => finish(await demo(context, options.file)));
};

async function demo(context: CliContext, file: string): Promise<number> {
  const folder = path.resolve(context.cwd, context.env["DEPUTY_DATA"] ?? "data", "demo");
  const env = { ...demoEnv(context), DEPUTY_DATA: folder, PORT: "0" };
  const config = loadConfig({ env, cwd: context.cwd });
  const app = await startApp({ config, role: "all", log: { to: "stderr" } });
  try {
    const outcome = await perform(app, path.resolve(context.cwd, file), context.stdout);
    await tellWhereToLook(app, folder, context.stdout);
    return outcome === "done" ? 0 : 1;
  } finally {
    await app.stop();
  }
}

async function perform(app: App, file: string, out: Output): Promise<ResultMessage["outcome"]> {
  const [ana] = localPeople;
  if (!ana || !app.localChat) throw new TypeError("The local chat is not there");
  const { room } = app.localChat;
  out.write(`Deputy does one job from start to end.\nModel: ${app.modelLabel}\n\n`);
  const stop = room.subscribe(createTranscript(room, out, () => systemClock.now()));
  const result = await play(room, systemClock, {
    as: ana.key,
    channel: "sales",
    text: request,
    file,
    ponderMs: 1_500,
    timeoutMs: app.edges.model.model.scripted ? 55_000 : 15 * 60_000,
  });
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

async function tellWhereToLook(app: App, folder: string, out: Output): Promise<void> {
  const { store, workspaces } = app.edges;
  const { run, conversation } = await store.read(async (tx) => {
    const [newest] = await tx.runs.list({ limit: 1 });
    return { run: newest, conversation: newest && (await tx.conversations.find(newest.conversation)) };
  });
  if (!run || !conversation) return;
  const place = workspaces.pathOf({ tenant: run.tenant, workspace: conversation.workspace });
  out.write(
    [
      "",
      "Look around:",
      `  workspace  ${place}`,
      `  journal    ${sqlitePath(folder)}`,
      `  steps      DEPUTY_DATA=${folder} npx tsx src/main.ts runs show ${run.id}`,
      `  versions   DEPUTY_DATA=${folder} npx tsx src/main.ts workspace log ${run.id}`,
      "  yourself   npm run dev",
      "",
    ].join("\n"),
  );
}

/** Embedded defaults: a database, Redis or channel setup of the environment is not touched; the model is used. */
function demoEnv({ env }: CliContext): Record<string, string | undefined> {
  const kept = [
    "OPENAI_API_KEY",
    "OPENAI_API_KEY_FILE",
    "OPENAI_BASE_URL",
    "DEPUTY_MODEL",
    "DEPUTY_MODEL_API",
  ];
  const chosen = Object.fromEntries(kept.map((name) => [name, env[name]]));
  return {
    ...chosen,
    DEPUTY_CONTEXT_TOKENS: env["DEPUTY_CONTEXT_TOKENS"],
    DEPUTY_LOG_LEVEL: env["DEPUTY_LOG_LEVEL"] ?? "error",
  };
}

function exampleFile(): string {
  return fileURLToPath(new URL("../../../examples/sales-2026.csv", import.meta.url));
}
