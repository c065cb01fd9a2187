// The connection to Postgres is cut while a step is committed: before the server has it, or before its answer is there.
// The same segment finds out which, and goes on (KC1, KC2).

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { defineTool } from "../../src/tools/contract.ts";
import { builtinTools } from "../../src/tools/registry.ts";
import { calls, ScriptedModel } from "../fakes/scripted-model.ts";
import { type PostgresServer, postgresIsInstalled, startPostgresServer } from "../servers/postgres.ts";
import { type Passage, startTcpProxy, type TcpProxy } from "../servers/tcp-proxy.ts";
import { ana, Crash, createLoopWorld, type LoopWorld } from "../support/loop-world.ts";

describe.skipIf(!postgresIsInstalled())("runtime: a commit that is cut", () => {
  let postgres: PostgresServer;
  let proxy: TcpProxy;
  let world: LoopWorld;
  let sent: unknown[];
  beforeAll(async () => {
    postgres = await startPostgresServer();
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    const url = new URL(await postgres.createDatabase());
    proxy = await startTcpProxy(Number(url.port));
    url.port = `${proxy.port}`;
    world = await createLoopWorld({}, () => createPostgresStore({ url: url.href }));
    sent = [];
  });
  afterEach(async () => {
    await world.close();
    await proxy.close();
  });

  const sender = defineTool({
    name: "send_it",
    description: "Sends",
    effect: "write-external",
    repeat: "once",
    input: z.strictObject({ to: z.string() }),
    run: async (given) => {
      sent.push(given);
      return { kind: "result", content: "Sent." };
    },
  });

  /** Cuts the commit with this number, of those from now on. */
  function cut(number: number, passage: Passage): () => boolean {
    let seen = 0;
    proxy.judge((piece) => {
      if (!/commit/i.test(piece.toString("latin1"))) return "pass"; // COMMIT, or the statement that is one
      seen += 1;
      return seen === number ? passage : "pass";
    });
    return () => seen >= number;
  }

  // The first is the claim, which is no step. Then: opening, the intent of the act, its result, the next, the end.
  const commits = [2, 3, 4, 5];
  it.each(commits.flatMap((number) => (["lost", "unanswered"] as const).map((how) => ({ number, how }))))(
    "I4 I5 KC1: commit $number is $how: the segment goes on, the act is done once and nobody is asked",
    async ({ number, how }) => {
      await world.begin("Send it");
      const wasCut = cut(number, how);
      const model = new ScriptedModel([
        calls(["send_it", { to: "bo" }]),
        calls(["finish", { summary: "Sent.", files: [] }]),
      ]);

      const end = await world.segment(model, { tools: [...builtinTools, sender] });

      expect(wasCut()).toBe(true);
      expect(end).toBe("settled");
      const run = await world.run();
      const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
      expect(run).toMatchObject({ state: "done", epoch: 1 });
      expect(steps.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
        "model done",
        "tool done",
        "model done",
        "tool done",
      ]);
      expect(sent).toEqual([{ to: "bo" }]);
      expect((await world.posts()).map(({ kind }) => kind)).toEqual(["result"]);
    },
  );

  it.each(["lost", "unanswered"] as const)(
    "KC4: a person's word about an act in doubt is journalled once when its commit is %s",
    async (how) => {
      await world.begin("Send it");
      const tools = [...builtinTools, sender];
      const dying = new ScriptedModel([calls(["send_it", { to: "bo" }])]);
      await expect(world.segment(dying, { tools, failAt: "tool.after-act" })).rejects.toBeInstanceOf(Crash);
      await world.clock.advance(20_000);
      expect(await world.segment(new ScriptedModel([]), { tools })).toBe("parked");
      const run = await world.run();
      await world.store.write(async (tx) => {
        const [wait] = await tx.waits.forRun(run.id);
        if (!wait) throw new Error("Nothing was asked");
        await tx.waits.resolve(wait.id, { answer: "It ran", by: ana, byName: "Ana", via: "button" }, 1);
        await tx.runs.wake(run.id);
      });
      const wasCut = cut(2, how); // after the claim
      const model = new ScriptedModel([calls(["finish", { summary: "Sent.", files: [] }])]);

      expect(await world.segment(model, { tools })).toBe("settled");

      expect(wasCut()).toBe(true);
      const steps = await world.store.read((tx) => tx.steps.list(run.id, 0));
      expect(steps[1]).toMatchObject({ tool: "send_it", state: "done" });
      const events = await world.store.read((tx) => tx.audit.ofRun(run.id));
      expect(
        events.filter(({ type, line }) => type === "tool.done" && line.includes('"step":1,')),
      ).toHaveLength(1);
      expect(sent).toHaveLength(1);
    },
  );
});
