// One chat platform as the scenarios of parity.e2e.test.ts see it: people who say and click, and what they are shown.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { z } from "zod";
import type { Failpoints } from "../../../src/base/failpoints.ts";
import { defineTool, type Tool } from "../../../src/tools/contract.ts";
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
  /** Presses what takes words, writes `text` there and sends it. */
  fills(who: Who, shown: Shown, label: string, text: string): Promise<void>;
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
  readonly tools?: readonly Tool[];
  readonly failpoint?: Failpoints;
}

export interface PlatformUnderTest {
  readonly name: string;
  /** The channel that `frugal` is. */
  readonly frugalChannel: string;
  /** Who decides on letters. */
  readonly bo: string;
  /** What of it outlives a process of the product. */
  open(): Promise<{ start(options: StageOptions): Promise<Stage>; close(): Promise<void> }>;
}

/** A folder with the configuration of the scenarios: in one channel a run has three steps, and Bo decides on letters. */
export async function folderFor({ frugalChannel, bo }: PlatformUnderTest) {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-parity-"));
  const config = `
agents: [{ name: deputy }]
channels: { ${JSON.stringify(frugalChannel)}: { budget: { steps: 3 } } }
groups: { desk: [${JSON.stringify(bo)}] }
policy:
  - { name: letters, layer: org, match: { tool: send_letter }, decision: ask, approvers: ["group:desk"] }
`;
  await writeFile(path.join(folder, "deputy.config.yml"), config);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** What it does outside is that `sent` says so. */
export function letterTool(sent: string[]) {
  return defineTool({
    name: "send_letter",
    description: "Sends a letter",
    effect: "write-external",
    repeat: "once",
    origin: "own",
    input: z.object({ to: z.string().describe("To whom") }),
    run: ({ to }) => {
      sent.push(to);
      return Promise.resolve({ kind: "result", content: `Sent to ${to}.` });
    },
  });
}

const patienceMs = 45_000;

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
