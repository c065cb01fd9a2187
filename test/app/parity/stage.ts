// One chat platform as the scenarios of parity.e2e.test.ts see it: people who say and click, and what they are shown.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as after } from "node:timers/promises";
import type { Failpoints } from "../../../src/base/failpoints.ts";
import type { Product } from "../product.ts";

export type Who = "ana" | "bo";
const kinds = ["card", "attention", "result", "notice"] as const;
export type Kind = (typeof kinds)[number];

export interface Shown {
  readonly id: string;
  /** Everything that can be read of it. */
  readonly words: string;
}

export interface NewFile {
  readonly name: string;
  readonly content: string;
}

/** A place in which people talk with the agent: a thread, or a chat that has none. */
export interface Talk {
  /** To the agent, where people have spoken to it already. */
  says(who: Who, text: string): Promise<void>;
  shown(kind: Kind): readonly Shown[];
  /** Presses what is called so; what is chosen from a list is chosen so, too. */
  clicks(who: Who, shown: Shown, label: string): Promise<void>;
  /** Words that only they were shown. */
  whispered(who: Who): readonly string[];
  /** What the agent hears last from here is delivered once more. */
  redelivers(): Promise<void>;
  /** The file that the agent gave here, as whoever takes it finds it. */
  takesFile(who: Who, name: string): Promise<string | undefined>;
}

export interface Stage {
  readonly product: Product;
  /** In a channel, with a mention. */
  readonly asks: (who: Who, text: string, place?: "usual" | "frugal") => Promise<Talk>;
  /** Where nobody else reads. */
  readonly asksPrivately: (who: Who, text: string, file?: NewFile) => Promise<Talk>;
  /** The platform takes no new message for a moment. */
  readonly limitsNextPost: () => void;
  stop(): Promise<void>;
}

export interface StageOptions {
  readonly folder: string;
  readonly failpoint?: Failpoints;
}

export interface PlatformUnderTest {
  readonly name: string;
  /** The channel that `frugal` is. */
  readonly frugalChannel: string;
  /** What of it outlives a process of the product. */
  open(): Promise<{ start(options: StageOptions): Promise<Stage>; close(): Promise<void> }>;
}

/** A folder with the configuration of the scenarios: in one channel a run has three steps. */
export async function folderFor({ frugalChannel }: PlatformUnderTest) {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-parity-"));
  const config = `agents: [{ name: deputy }]\nchannels: { ${JSON.stringify(frugalChannel)}: { budget: { steps: 3 } } }\n`;
  await writeFile(path.join(folder, "deputy.config.yml"), config);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

const patienceMs = 25_000;

/** As soon as it is there and `is` so. */
export async function when<T>(look: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error(`Waited in vain for ${what}`);
    await after(40);
  }
}

export function waitFor(talk: Talk, kind: Kind, pattern: RegExp): Promise<Shown> {
  return when(
    () => talk.shown(kind).find(({ words }) => pattern.test(words)),
    `${kind} like ${pattern}; there are ${JSON.stringify(kinds.map((one) => [one, talk.shown(one)])).slice(0, 3_000)}`,
  );
}
