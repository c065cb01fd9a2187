// A run of 2,000 steps in a small window, with what has to last: a fact of step 3, an approval, words of people.

import { asPersonKey } from "../../src/domain/ids.ts";
import type { ModelAnswer, ModelRequest } from "../../src/model/contract.ts";
import type { Store, Tx } from "../../src/store/contract.ts";
import { calls, ScriptedModel, says } from "../fakes/scripted-model.ts";
import { ana, type LoopWorld } from "../support/loop-world.ts";

export const fact = "The archive opens with code QX-7741";
export const question = "May I replace the figures of 2024?";
export const approval = "Yes, but keep the old file";
export const steered = "Leave out the fourth quarter";
export const overheard = "The printer on the second floor is broken again";

const planned = {
  title: "Everything read",
  steps: ["Read", "Think", "Tell"].map((text) => ({ text, state: "todo" })),
};

/** Everything the model service would count, at the same three characters a token as the loop is given. */
export function size({ instructions, messages, tools }: ModelRequest): number {
  const texts = messages.map((message) =>
    message.role === "tool"
      ? message.content
      : message.text +
        (message.role === "assistant" ? message.calls.map((call) => call.arguments).join("") : ""),
  );
  return Math.ceil((instructions + JSON.stringify(tools) + texts.join("")).length / 3);
}

export interface Played {
  readonly model: ScriptedModel;
  /** What the store was asked in each segment after the first. */
  readonly segments: readonly Asked[];
  readonly turns: number;
}

interface Script {
  readonly distil: (request: ModelRequest) => ModelAnswer | Error;
  /** The model's turns, two steps each. */
  readonly turns: number;
  readonly last?: (request: ModelRequest) => ModelAnswer;
}

const turnsOfSegment = 100;

/** Plays it to its end, in segments of 100 turns with a restart after each. */
export async function playLongRun(world: LoopWorld, script: Script): Promise<Played> {
  await world.begin("Go through everything and tell me what stands out", { budget: { steps: 10_000 } });
  await prepare(world);
  const segments: Asked[] = [];
  let turn = 0;
  let park = new AbortController();
  const model = new ScriptedModel(
    Array.from({ length: script.turns }, () => (request: ModelRequest) => {
      turn += 1;
      if (turn % turnsOfSegment === 0) park.abort();
      if (turn >= script.turns - 1) return (script.last ?? (() => says("All read.")))(request);
      return move(turn);
    }),
    script.distil,
  );
  for (;;) {
    park = new AbortController();
    const asked: Asked = { queries: 0, rows: 0, commits: 0 };
    world.store = counting(world.store, asked);
    const end = await world.segment(model, {
      control: { deadline: world.clock.now() + 1e9, park: park.signal },
    });
    if (end === "settled") return { model, segments, turns: turn };
    if (end === "sliced") segments.push(asked);
    if (end === "parked") await answer(world);
    if (segments.length === 1) await write(world, "steer", ana, "Ana", steered);
    if (segments.length === 2)
      await write(world, "overheard", asPersonKey("local:local:bo"), "Bo", overheard);
    await world.restart();
  }
}

function move(turn: number): ModelAnswer {
  if (turn === 1) return calls(["set_plan", planned]);
  if (turn === 2) return calls(["read_file", { path: "archive.txt" }]);
  if (turn === 3) return calls(["ask_person", { question }]);
  return calls(["search_files", { pattern: `word ${turn % 7}`, path: "a.txt" }]);
}

async function prepare(world: LoopWorld): Promise<void> {
  const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
  const lines = Array.from(
    { length: 600 },
    (_, n) => `word ${n % 7} of line ${n}, ${"and so on ".repeat(4)}\n`,
  );
  await workspace.write("a.txt", lines.join(""));
  await workspace.write("archive.txt", `${fact}\n`);
  await workspace.close();
}

async function answer(world: LoopWorld): Promise<void> {
  const { id } = await world.run();
  await world.store.write(async (tx) => {
    const open = (await tx.waits.forRun(id)).find((wait) => wait.state === "open");
    if (!open) throw new Error("It waits for nothing");
    const given = { answer: approval, by: ana, byName: "Ana", via: "button" } as const;
    await tx.waits.resolve(open.id, given, world.clock.now());
    await tx.runs.wake(id);
  });
}

// oxlint-disable-next-line max-params -- who says what to whom
export async function write(
  world: LoopWorld,
  kind: "steer" | "overheard",
  from: typeof ana,
  fromName: string,
  text: string,
): Promise<void> {
  const { id } = await world.run();
  const mail = { run: id, kind, from, fromName, text, files: [], messageId: text, sentAt: world.clock.now() };
  await world.store.write((tx) => tx.mailbox.add(mail));
}

export interface Asked {
  queries: number;
  rows: number;
  commits: number;
}

/** Counts what is asked of the store, and the rows that come back. */
export function counting(store: Store, asked: Asked): Store {
  const counted = (tx: Tx): Tx =>
    new Proxy(tx, {
      get: (target, name: keyof Tx) =>
        new Proxy(target[name], {
          get: (repository, method) => {
            const ask: unknown = Reflect.get(repository, method);
            if (typeof ask !== "function") return ask;
            return async (...args: unknown[]) => {
              asked.queries += 1;
              const found: unknown = await ask.apply(repository, args);
              asked.rows += Array.isArray(found) ? found.length : 0;
              return found;
            };
          },
        }),
    });
  return {
    ...store,
    read: (fn) => store.read((tx) => fn(counted(tx))),
    write: (fn) => {
      asked.commits += 1;
      return store.write((tx) => fn(counted(tx)));
    },
    commitStep: (step) => {
      asked.commits += 1;
      asked.queries += step.results.length + step.intents.length;
      return store.commitStep(step);
    },
  };
}
