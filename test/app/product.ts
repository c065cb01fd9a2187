// The whole product in this process, against a model server on loopback that says what a test scripted.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type App, startApp } from "../../src/app.ts";
import type { Failpoints } from "../../src/base/failpoints.ts";
import { parseJson } from "../../src/base/json.ts";
import type { LocalRoom } from "../../src/chat/local/room.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import type { Tool } from "../../src/tools/contract.ts";
import { type FakeAnswer, type FakeOpenAi, fakeKey, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { type People, peopleIn } from "./people.ts";

export interface Product {
  readonly app: App;
  readonly room: LocalRoom;
  readonly people: People;
  readonly model: FakeOpenAi;
  readonly folder: string;
  /** The log at `warn` and above. */
  readonly log: readonly LogLine[];
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ProductOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** `web` leaves the runs to other processes. */
  readonly role?: "all" | "web";
  /** Beside the built-in ones. */
  readonly tools?: readonly Tool[];
  /** Where a test stages the end of a process. */
  readonly failpoint?: Failpoints;
  /** 0.1 s when absent: most people in tests say one thing at a time, and it is one and a half seconds otherwise. */
  readonly burstMs?: number;
  /** Kept when the product stops; a new one that is removed when absent. */
  readonly folder?: string;
}

export async function startProduct(options: ProductOptions = {}): Promise<Product> {
  const folder = options.folder ?? (await mkdtemp(path.join(tmpdir(), "deputy-app-")));
  const model = await startFakeOpenAi();
  const log: LogLine[] = [];
  const env = { DEPUTY_LOG_LEVEL: "warn", ...settingsOf(folder, model), ...options.env };
  const config = loadConfig({ env, cwd: folder });
  const role = options.role ?? "all";
  const { failpoint, tools = [], burstMs = 100 } = options;
  const app = await startApp({
    config,
    role,
    tools,
    burstMs,
    log: { to: { write: (line) => noteLine(log, line) } },
    ...(failpoint === undefined ? {} : { failpoint }),
  });
  const room = app.localChat?.room;
  if (!room) throw new Error("The product has no local chat.");
  return {
    app,
    room,
    people: peopleIn(room),
    model,
    folder,
    log,
    async stop() {
      await model.close();
      await app.stop();
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The environment of any process of this product. */
export function settingsOf(folder: string, model: FakeOpenAi): Readonly<Record<string, string>> {
  return { DEPUTY_DATA: folder, PORT: "0", OPENAI_API_KEY: fakeKey, OPENAI_BASE_URL: model.baseUrl };
}

function noteLine(log: LogLine[], line: string): void {
  const value = parseJson(line)?.value;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own log: JSON lines with these fields
  log.push(value as LogLine);
}

let calls = 0;

/** The model wants these tools, in this order: name and arguments. */
export function uses(...wanted: readonly (readonly [name: string, args: object])[]): FakeAnswer {
  return {
    kind: "answer",
    calls: wanted.map(([name, args]) => {
      calls += 1;
      return { id: `call_${calls}`, name, arguments: JSON.stringify(args) };
    }),
  };
}

export function says(...text: readonly string[]): FakeAnswer {
  return { kind: "answer", text };
}

export function finishes(summary: string, ...files: readonly string[]): FakeAnswer {
  return uses(["finish", { summary, files }]);
}
