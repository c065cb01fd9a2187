// Words on their way before they are said (LW1 to LW4): pace, secrets, addresses, and a Stop in the client.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { LiveOutcome, LiveWords, PlatformLive } from "../../src/chat/contract.ts";
import type { RunId } from "../../src/domain/ids.ts";
import { createLiveWords } from "../../src/gateway/live-words.ts";
import { stopShown } from "../../src/gateway/live-stop.ts";
import type { LiveLine } from "../../src/runtime/live-voice.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";
import { ana, createGatewayWorld, dm, type GatewayWorld } from "./gateway-world.ts";

const secret = "correct horse battery staple";
let world: GatewayWorld;
let shown: LiveWords[];
let brokenOff: number;
let outcomes: LiveOutcome[];
let held: Promise<void> | undefined;
let mine: boolean;

beforeEach(async () => {
  world = await createGatewayWorld();
  shown = [];
  brokenOff = 0;
  outcomes = [];
  held = undefined;
  mine = true;
});
afterEach(() => world.close());

const live: PlatformLive = {
  everyMs: 1_700,
  againMs: 4_000,
  async show(_at, { words, may }) {
    if (!may()) return "skipped";
    shown.push(words);
    await held;
    return outcomes.shift() ?? "shown";
  },
  async breakOff() {
    brokenOff += 1;
  },
};

async function open(
  text = "compare the vendors",
  stop = (id: RunId): Promise<void> => stopShown(world.gateway.desk, () => world.rules, id),
): Promise<{ line: LiveLine; run: RunId }> {
  await world.hear(text, { conversation: dm });
  await world.settle();
  await world.pass(3_000);
  const run = await world.run(dm);
  if (!run) throw new Error("there is no run");
  const platforms = new Map([["fake", { ...world.platform, live }]]);
  const { clock, store } = world;
  const line = createLiveWords({
    world: { clock, log: silentLogger, redactor: createRedactor([new Secret(secret)]) },
    store,
    platforms,
    firstMs: 1_500,
    stop,
  }).open(run, await world.conversation(dm), () => mine);
  if (!line) throw new Error("nothing can be shown");
  return { line, run: run.id };
}

const texts = (): string[] => shown.map(({ text }) => text);

describe("gateway/live-words", () => {
  it("shows nothing of what is over at once", async () => {
    const { line } = await open();
    line.status("Working");
    line.answer("All done. ");
    await world.clock.advance(1_400);
    line.close();
    await world.clock.advance(10_000);
    expect(shown).toEqual([]);
  });

  it("LW2: shows the newest only, at the platform's pace", async () => {
    const { line } = await open();
    line.status("Working");
    await world.clock.advance(1_500);
    for (const text of ["One ", "One two ", "One two three "]) line.answer(text);
    await world.clock.advance(1_600);
    expect(texts()).toEqual(["Working"]);
    await world.clock.advance(100);
    expect(texts()).toEqual(["Working", "One two three"]);
    line.close();
  });

  it("LW2: one at a time, and what could not be shown is in the next", async () => {
    const { line } = await open();
    let let_go: () => void = () => undefined;
    held = new Promise((resolve) => {
      let_go = resolve;
    });
    outcomes.push("skipped");
    line.answer("One ");
    await world.clock.advance(5_000);
    line.answer("One two ");
    await world.clock.advance(5_000);
    expect(texts()).toEqual(["One"]);
    held = undefined;
    let_go();
    await world.clock.advance(2_000);
    expect(texts()).toEqual(["One", "One two"]);
    line.close();
  });

  it("shows the same again every few seconds, so that a Stop is heard of", async () => {
    const { line } = await open();
    line.status("Working");
    await world.clock.advance(1_500 + 3 * 4_000);
    expect(texts()).toEqual(["Working", "Working", "Working", "Working"]);
    line.close();
    await world.clock.advance(60_000);
    expect(texts()).toHaveLength(4);
  });

  it("LW1: waits with a word that is being written, and with what may be the beginning of a secret", async () => {
    const { line } = await open();
    line.answer("Take vendor B, since correct horse ");
    await world.clock.advance(1_500);
    line.answer("Take vendor B, since correct horses are cheap ");
    await world.clock.advance(1_700);
    expect(texts()).toEqual(["Take vendor B, since", "Take vendor B, since correct horses are cheap"]);
    line.close();
  });

  it("LW1, OUT-5: shows nothing from a secret on", async () => {
    const { line } = await open();
    line.answer("It is here. ");
    await world.clock.advance(1_500);
    line.answer(`It is here. The word is ${secret} and nothing else. `);
    await world.clock.advance(20_000);
    expect(texts().every((text) => text === "It is here.")).toBe(true);
    line.answer("It is here. The word is sk-abcdefghijklmnopqrstuvwxyz and so on. ");
    await world.clock.advance(20_000);
    expect(texts().join()).not.toContain("sk-");
    line.close();
  });

  it.each([
    ["of the answer", (line: LiveLine) => line.answer("It is here. ")],
    ["that says what it is at", (line: LiveLine) => line.status("Working")],
  ])("LW3: a Stop is heard of after a secret, too: the words %s are shown again", async (_what, first) => {
    const { line, run } = await open();
    const queued = await world.run(dm);
    if (queued) await world.work(queued);
    first(line);
    await world.clock.advance(1_500);
    line.answer(`It is here. The word is ${secret} and nothing else. `);
    await world.clock.advance(1_700 + 4_000);
    expect(shown).toEqual([shown[0], shown[0]]);
    outcomes.push("stopped");
    line.answer(`It is here. The word is ${secret} and nothing else, and so on. `);
    await world.clock.advance(4_000);
    await world.clock.advance(0);
    expect(await world.store.read((tx) => tx.runs.find(run))).toMatchObject({ stopRequestedBy: ana.key });
    await world.clock.advance(20_000);
    expect(shown).toEqual([shown[0], shown[0], shown[0]]);
  });

  it("LW1: after a secret what was shown of an answer that is broken off is not shown again", async () => {
    const { line } = await open();
    line.answer("It is here. ");
    await world.clock.advance(1_500);
    line.answer(`It is here. The word is ${secret} and nothing else. `);
    await world.clock.advance(1_700);
    line.breakOff();
    line.answer("Something else. ");
    await world.clock.advance(20_000);
    expect(texts()).toEqual(["It is here."]);
    expect(brokenOff).toBe(1);
    line.close();
  });

  it("LW1: nor after a secret in what is said instead", async () => {
    const { line } = await open();
    line.answer("It is here. ");
    await world.clock.advance(1_500);
    line.breakOff();
    await world.clock.advance(0);
    line.answer(`The word is ${secret} and nothing else. `);
    await world.clock.advance(20_000);
    expect(texts()).toEqual(["It is here."]);
    line.close();
  });

  it("LW1, OUT-2: says which addresses may be followed, as a message does", async () => {
    const { line } = await open("compare https://given.example/list");
    line.answer("See https://given.example/list and https://other.example/x for it ");
    await world.clock.advance(1_500);
    expect(shown).toMatchObject([{ follow: ["https://given.example/list"] }]);
    line.close();
  });

  it("I8: asks each time whether it may, also when nothing is new", async () => {
    const { line } = await open();
    line.status("Working");
    await world.clock.advance(1_500);
    mine = false;
    line.answer("late ");
    await world.clock.advance(20_000);
    expect(texts()).toEqual(["Working"]);
    line.close();
  });

  it("shows no more of a kind that is over, and marks what it showed of an answer as broken off, once", async () => {
    const { line } = await open();
    outcomes.push("over");
    line.status("Working");
    await world.clock.advance(1_500);
    line.status("Working on");
    await world.clock.advance(10_000);
    line.breakOff();
    expect(texts()).toEqual(["Working"]);
    line.answer("One ");
    await world.clock.advance(1_700);
    line.breakOff();
    line.breakOff();
    await world.clock.advance(10_000);
    expect(texts()).toEqual(["Working", "One"]);
    expect(brokenOff).toBe(1);
    line.close();
  });

  it("LW3: a Stop in the client stops the run, in the name of whose it is", async () => {
    const { line, run } = await open();
    const queued = await world.run(dm);
    if (queued) await world.work(queued);
    outcomes.push("stopped");
    line.answer("One ");
    await world.clock.advance(1_500);
    await world.clock.advance(0);
    const stopped = await world.store.read((tx) => tx.runs.find(run));
    expect(stopped).toMatchObject({ stopRequestedBy: ana.key });
    line.answer("One two ");
    await world.clock.advance(20_000);
    expect(texts()).toEqual(["One"]);
  });

  it("LW3: a Stop that can't be kept at once is kept later", async () => {
    let away = 2;
    const { line, run } = await open("compare the vendors", async (id) => {
      away -= 1;
      if (away >= 0) throw new Error("the database is away");
      await stopShown(world.gateway.desk, () => world.rules, id);
    });
    outcomes.push("stopped");
    line.answer("One ");
    await world.clock.advance(1_500);
    line.close();
    await world.clock.advance(2_000);
    await world.clock.advance(0);
    expect(await world.store.read((tx) => tx.runs.find(run))).toMatchObject({ state: "stopped" });
  });

  it("LW3: a Stop that comes when the run has ended changes nothing", async () => {
    const { run } = await open();
    await stopShown(world.gateway.desk, () => world.rules, run); // not begun yet: it ends here
    expect(await world.store.read((tx) => tx.runs.find(run))).toMatchObject({ state: "stopped" });
    await stopShown(world.gateway.desk, () => world.rules, run);
    await world.settle();
    const results = world.held(dm).messages.filter(({ message }) => message.kind === "result");
    expect(results).toHaveLength(1);
  });
});
