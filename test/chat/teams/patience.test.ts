// Teams' patience with a click (T-M4): after 10 s its client says "unable to reach app" and delivers the click once more. The fake does
// that by the clock, so whatever is slow here must not keep an answer back, and what is pressed twice acts once.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { createGate, type Gate } from "../../fakes/gate.ts";
import { startFakeTeams, teamsIds } from "../../fakes/teams/fake-teams.ts";
import type { SaidMessage } from "../../fakes/teams/fake-teams.ts";
import { anAttention } from "../outgoing.ts";
import {
  listen,
  openTeamsWorld,
  passing,
  referencesInMemory,
  type TeamsWorld,
  through as callEnds,
} from "./teams-world.ts";

/** In small steps: what is answered on the way has many turns of this process before time runs out for it. */
const through = <T>(at: Pick<TeamsWorld, "clock" | "teams">, call: Promise<T>): Promise<T> =>
  callEnds(at, call, 50);

const late = /twice counts once/;
let world: TeamsWorld;
let store: Gate | undefined;

beforeEach(async () => {
  store = undefined;
  world = await openTeamsWorld({ receive: async () => store?.opened });
});
afterEach(async () => {
  store?.open();
  await world.close();
});

async function question(attention = anAttention()): Promise<{ conversation: string; message: SaidMessage }> {
  const asked = await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "compare");
  const at = world.heard.at(-1)?.conversation;
  if (!at) throw new Error("nothing was heard");
  const id = await world.platform.post(at, { key: `k${world.heard.length}` }, attention, []);
  const message = world.teams.said(asked.conversation).find((one) => one.id === id);
  if (!message) throw new Error("nothing was posted");
  world.heard.splice(0);
  return { conversation: asked.conversation, message };
}

const ana = () => world.teams.person(teamsIds.ana);
const approving = anAttention({
  about: "approval",
  options: [{ action: "approval.approve", value: "apr_1", label: "Approve", style: "primary" }],
});

describe("chat/teams: a click has its answer before Teams gives up", () => {
  it("T-M4, IV3: where the store is slow, and it counts once when it is there", async () => {
    const { conversation, message } = await question();
    store = createGate();
    const clicked = await through(world, ana().clicks(conversation, message, "Europe"));
    expect(JSON.parse(clicked.body)).toMatchObject({ statusCode: 200, value: expect.stringMatching(late) });

    const again = through(world, ana().clicks(conversation, message, "Europe"));
    store.open();
    expect(JSON.parse((await again).body)).toMatchObject({ value: "Taken in." });
    expect(world.teams.unreached).toEqual([]);
    const [first, second] = world.heard;
    expect(first?.eventId).toBe(second?.eventId);
  });

  it("T-M4: where the roster is slow, which an approval waits for: it is asked for again, and nobody is refused", async () => {
    const { conversation, message } = await question(approving);
    world.teams.fault("member", { kind: "slow", ms: 60_000 });
    const clicked = await through(world, ana().clicks(conversation, message, "Approve"));
    expect(JSON.parse(clicked.body)).toMatchObject({
      statusCode: 500,
      value: { message: expect.stringMatching(/again/) },
    });
    expect(world.heard).toEqual([]);

    await through(world, ana().clicks(conversation, message, "Approve"));
    expect(world.heard).toMatchObject([{ action: "approval.approve", author: { kind: "member" } }]);
    expect(world.teams.unreached).toEqual([]);
  });

  it("TP3: where the roster fails for now an approval is asked for again; where it says no, the click is from outside", async () => {
    const { conversation, message } = await question(approving);
    for (const status of [429, 500, 503]) {
      world.teams.fault("member", { kind: "status", status });
      const { body } = await through(world, ana().clicks(conversation, message, "Approve"));
      expect(JSON.parse(body)).toMatchObject({ statusCode: 500 });
    }
    expect(world.heard).toEqual([]);
    world.teams.leaves(teamsIds.ana);
    await through(world, ana().clicks(conversation, message, "Approve"));
    expect(world.heard).toMatchObject([{ author: { kind: "external" } }]);
  });

  it("T-M4: where it can't be stored in time who clicked", async () => {
    const gate = createGate();
    const slow = { ...referencesInMemory(), savePerson: () => gate.opened };
    const other = await openTeamsWorld({ deps: { references: slow } });
    try {
      const person = other.teams.person(teamsIds.ana);
      const data = { value: "wait_1.0", n: "n1" };
      const value = { action: { type: "Action.Execute", verb: "question.answer", data } };
      const { body } = await through(other, person.invokes(person.chat, "adaptiveCard/action", value, "1"));
      expect(JSON.parse(body)).toMatchObject({ value: expect.stringMatching(late) });
      expect(other.heard).toHaveLength(1); // kept all the same
      expect(other.teams.unreached).toEqual([]);
    } finally {
      gate.open();
      await other.close();
    }
  });

  it.each([
    ["task/submit", { data: { form: "approval.edit", value: "apr_1", n: "n1", text: "{}" } }, late],
    ["message/submitAction", { actionName: "feedback", actionValue: { reaction: "like" } }, /^\{\}$/],
  ])("T-M4: %s, too, is answered in its own form", async (name, value, pattern) => {
    const shown = createGate();
    const other = await openTeamsWorld({
      receive: () => shown.opened,
      deps: { shown: () => shown.opened.then(() => undefined) },
    });
    const person = other.teams.person(teamsIds.ana);
    const answer = await through(other, person.invokes(person.chat, name, value, "1"));
    expect(answer.status).toBe(200);
    expect(answer.body).toMatch(pattern);
    expect(other.teams.unreached).toEqual([]);
    shown.open();
    await other.close();
  });

  it.each([
    ["a click", "invoke", 4_000],
    ["a message", "message", 10_000],
  ])(
    "VE5: keys that don't come in time disprove nothing: %s is answered, and taken when it comes again",
    async (_what, type, patienceMs) => {
      const { activity } = await ana().mentions(teamsIds.general, "hello");
      await world.teams.keys.rotate();
      world.teams.fault("keys", { kind: "slow", ms: 60_000 });
      const idle = world.clock.pending();
      const again = { ...activity, type, id: "another" };
      const answering = world.teams.deliver(again);
      await vi.waitFor(() => expect(world.clock.pending()).toBe(idle + 2)); // ours, and that of the keys
      await world.clock.advance(patienceMs - 1);
      expect(world.clock.pending()).toBe(idle + 2);
      await world.clock.advance(1);
      expect((await answering).status).toBe(503);
      expect(world.heard).toHaveLength(1);
      expect((await world.teams.deliver(again)).status).toBe(200);
      expect(world.heard).toHaveLength(type === "message" ? 2 : 1);
    },
  );
});

describe("fakes/teams: its client", () => {
  it.each([
    ["no answer in time", () => new Promise<Response>(() => undefined)],
    ["an empty answer", async () => new Response(null, { status: 200 })],
    ["an answer in another form", async () => Response.json({ ok: true })],
    ["an error", async () => new Response("no", { status: 502 })],
  ])(
    "T-M4: with %s it says that the app can't be reached, and delivers the click once more",
    async (_what, first) => {
      const clock = createManualClock(Date.now());
      const teams = await startFakeTeams({ clock });
      let count = 0;
      const app = await listen(async () => {
        count += 1;
        if (count === 1) return first();
        return Response.json({
          statusCode: 200,
          type: "application/vnd.microsoft.activity.message",
          value: "ok",
        });
      });
      teams.deliverTo(app.url);
      const person = teams.person(teamsIds.ana);
      const clicked = person.invokes(person.chat, "adaptiveCard/action", {}, "1");
      await through({ clock, teams }, clicked);

      expect((await clicked).status).toBe(504);
      expect(teams.unreached).toHaveLength(1);
      expect(count).toBe(2);
      await passing({ clock, teams }, 1_000);
      await app.close();
      await teams.close();
    },
  );
});
