// Doors and workers as processes of their own that share SQLite and Redis.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { createGate } from "../fakes/gate.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";
import { printed, runDeputy, startDeputy } from "../support/child.ts";
import { openChatPage } from "./chat-page.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { describeHandover, stepsOf } from "./fleet-contract.ts";
import { finishes, settingsOf, uses } from "./product.ts";

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedisServer();
});
afterAll(() => redis.stop());
beforeEach(() => redis.flushAll());

describe("app: roles on SQLite and Redis", () => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await startFleet({ REDIS_URL: redis.url });
  });
  afterEach(() => fleet.stop());

  describeHandover(() => fleet);

  it("I7: a run comes to its end though Redis is emptied while it waits for a worker, a model and a person", async () => {
    const { people, model } = fleet;
    const gate = createGate();
    const question = uses(["ask_person", { question: "Go on?", options: ["Yes", "No"] }]);
    model.replyTo("flush", { ...question, after: gate.opened }, finishes("It went on."));
    const thread = await people.ana.asks("@deputy outlive a flush");
    await expect.poll(() => redis.keys("*bells:*")).not.toEqual([]);

    await redis.flushAll();
    const worker = await fleet.worker();
    await expect.poll(() => model.requests.length).toBe(1);
    await redis.flushAll();
    gate.open();
    const post = await thread.post("attention");
    await redis.flushAll();
    await people.ana.clicks(post, "Yes");
    const result = await thread.post("result");
    await worker.kill();

    expect(result.body.text).toBe("It went on.");
    expect(await stepsOf(fleet)).toEqual(["model done", "ask_person done", "model done", "finish done"]);
  });

  it("I2 I14: a second process with doors is refused: two writers of one chat would undo each other", async () => {
    const second = await runDeputy(["start"], { ...fleet.env, DEPUTY_ROLE: "web" });

    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/Another Deputy has the local chat in .* open already.*`deputy worker`/);
  });
});

describe("app: doors as a process of their own", () => {
  let folder: string;
  let model: FakeOpenAi;
  let env: Readonly<Record<string, string>>;
  let children: ChildProcess[];
  const start = (...args: readonly string[]): ChildProcess => {
    const child = startDeputy(args, env);
    children.push(child);
    return child;
  };
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-doors-"));
    model = await startFakeOpenAi();
    env = { ...settingsOf(folder, model), REDIS_URL: `${redis.url}/1`, DEPUTY_ROLE: "web" };
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map(kill));
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("I1 I2: killed while a worker works for them, they show what became of it once when they are back", async () => {
    const gate = createGate();
    model.reply({ ...uses(["write_file", { path: "out.md", content: "Out." }]), after: gate.opened });
    model.reply(finishes("Done behind your back.", "out.md"));
    const worker = start("worker");
    const doors = start("start");
    const [, link = ""] = await printed(doors, /Local chat: (\S+)/);
    const page = await openChatPage(link);
    await page.say("@deputy work on behind closed doors");
    await expect.poll(() => model.requests.length).toBe(1);

    await kill(doors);
    gate.open();
    await expect.poll(() => model.requests.length).toBe(2);
    const [, again = ""] = await printed(start("start"), /Local chat: (\S+)/);
    const back = await openChatPage(again);
    const results = async () => (await back.messages()).filter(({ body }) => body.kind === "result");
    await expect.poll(results).toHaveLength(1);

    const [result] = await results();
    expect(result?.body.result).toEqual({ outcome: "done", text: "Done behind your back." });
    expect(await back.file(result?.files[0]?.id ?? "")).toBe("Out.");
    expect(worker.exitCode).toBeNull();
  });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
