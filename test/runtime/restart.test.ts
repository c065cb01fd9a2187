// X3: whatever happened, a process that takes a run up from its rows asks the model what the one before would have asked.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Mail } from "../../src/domain/mailbox.ts";
import type { ModelAnswer, ModelRequest } from "../../src/model/contract.ts";
import { ModelError } from "../../src/model/errors.ts";
import { ScriptedModel, type ScriptedStep, says } from "../fakes/scripted-model.ts";
import { ana, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

interface Turn {
  /** Names and arguments of the tools called together. */
  readonly calls: readonly (readonly [name: string, args: string])[];
  readonly text: string;
  /** What the service reports, over what a character count would give. */
  readonly density: number;
  readonly overflow: boolean;
  /** Written to the run while the model answers. */
  readonly mail?: { readonly kind: Mail["kind"]; readonly text: string; readonly repeat: number } | undefined;
  /** The process ends after this turn, and another goes on. */
  readonly restart: boolean;
}

const odd = fc.string({ unit: "binary", maxLength: 60 });
const call = fc.oneof(
  fc.constantFrom<[string, string]>(
    ["list_files", "{}"],
    ["search_files", '{"pattern":"word","path":"a.txt"}'],
    ["read_file", '{"path":"a.txt"}'],
    ["read_file", '{"path":"none.txt"}'],
    [
      "set_plan",
      '{"title":"T","steps":[{"text":"a","state":"todo"},{"text":"b","state":"todo"},{"text":"c","state":"doing"}]}',
    ],
    ["recall", '{"query":""}'],
  ),
  odd.map((fact): [string, string] => ["remember", JSON.stringify({ fact: `fact ${fact}` })]),
  odd.map((content): [string, string] => ["write_file", JSON.stringify({ path: "b.txt", content })]),
  odd.map((text): [string, string] => ["read_file", text]),
  odd.map((text): [string, string] => [`tool ${text}`, "{}"]),
);
const turn: fc.Arbitrary<Turn> = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 3 }),
  text: odd,
  density: fc.constantFrom(0, 0.8, 1.4, 2),
  overflow: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  mail: fc.option(
    fc.record({ kind: fc.constantFrom("steer", "overheard"), text: odd, repeat: fc.constantFrom(1, 1, 300) }),
    { nil: undefined, freq: 4 },
  ),
  restart: fc.constantFrom(true, false, false),
});

const contextTokens = 16_000;

async function play(turns: readonly Turn[], restarts: boolean): Promise<string[]> {
  const world = await createLoopWorld();
  try {
    await world.begin("Go through it", { budget: { steps: 10_000 } });
    const workspace = await world.workspaces.open({ tenant: "local", workspace: "con-1" });
    await workspace.write("a.txt", "word and word and word\n".repeat(120));
    await workspace.close();
    let park = new AbortController();
    const script = turns.map(
      (one, at): ScriptedStep =>
        async (request) => {
          if (restarts && one.restart) park.abort();
          if (one.mail) await deliver(world, one.mail);
          if (one.overflow) throw new ModelError("model.context_overflow", "too long");
          return answerOf(one, at, request);
        },
    );
    const model = new ScriptedModel([...script, says("Done.")], ({ messages }) =>
      says(`## Facts\n- ${messages.length} messages\n## State\n- going on`),
    );
    for (;;) {
      park = new AbortController();
      const control = { deadline: world.clock.now() + 1e9, park: park.signal };
      const end = await world.segment(model, { contextTokens, control });
      if (end === "settled") break;
      await world.restart();
    }
    const { id } = await world.run();
    return model.requests.map((request) => JSON.stringify(request).replaceAll(id, "run"));
  } finally {
    await world.close();
  }
}

function answerOf(one: Turn, at: number, request: ModelRequest): ModelAnswer {
  const inputTokens = Math.round((JSON.stringify(request).length / 3) * one.density);
  return {
    text: one.text,
    calls: one.calls.map(([name, args], place) => ({ id: `c${at}_${place}`, name, arguments: args })),
    stop: "calls",
    usage: { inputTokens, cachedTokens: 0, outputTokens: 1 },
  };
}

async function deliver(world: LoopWorld, { kind, text, repeat }: NonNullable<Turn["mail"]>): Promise<void> {
  const { id } = await world.run();
  const words = text.repeat(repeat);
  const mail = { run: id, kind, from: ana, fromName: "Ana", files: [], messageId: "m", sentAt: 0 };
  await world.store.write((tx) => tx.mailbox.add({ ...mail, text: words }));
}

describe("runtime: a run that is restarted", () => {
  it("X3: asks the model exactly what it would have asked without", async () => {
    let condensed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 15, maxLength: 25 }), async (turns) => {
        const straight = await play(turns, false);
        const restarted = await play(turns, true);

        condensed += straight.filter((request) => request.includes('"purpose":"distil"')).length;
        expect(restarted).toEqual(straight);
      }),
      { numRuns: 6 },
    );
    expect(condensed).toBeGreaterThan(0);
  }, 240_000);
});
