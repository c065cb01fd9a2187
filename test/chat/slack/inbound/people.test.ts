import { describe, expect, test } from "vitest";
import { silentLogger } from "../../../../src/base/logger.ts";
import { Secret } from "../../../../src/base/secret.ts";
import { ChatError } from "../../../../src/chat/errors.ts";
import {
  createPeople,
  freshnessFor,
  type LookUpUser,
  type PeopleDeps,
  type SlackUser,
} from "../../../../src/chat/slack/inbound/people.ts";
import { createRoster } from "../../../../src/chat/slack/inbound/roster.ts";
import { personKey } from "../../../../src/domain/ids.ts";
import type { Person } from "../../../../src/domain/person.ts";
import { createGate } from "../../../fakes/gate.ts";
import { createManualClock } from "../../../fakes/manual-clock.ts";

const home = {
  installation: { teamId: "T1", botToken: new Secret("x"), botUserId: "U0DEPUTY", botId: "B0DEPUTY" },
  teams: new Set(["T1", "E1"]),
};

function peopleWith(lookUp: LookUpUser, more: Pick<PeopleDeps, "most" | "recall" | "roster"> = {}) {
  const clock = createManualClock();
  return {
    clock,
    people: createPeople({ lookUp, clock, log: silentLogger, ttlMs: 60_000, patienceMs: 1_000, ...more }),
  };
}

const known = (user: SlackUser) => peopleWith(async () => user).people;

describe("who somebody is", () => {
  test.each<[string, SlackUser, object]>([
    ["a member", { team_id: "T1", real_name: "Ana" }, { kind: "member", key: "slack:T1:U1" }],
    ["a guest", { team_id: "T1", is_restricted: true }, { kind: "guest", key: "slack:T1:U1" }],
    ["a guest of one channel", { team_id: "T1", is_ultra_restricted: true }, { kind: "guest" }],
    ["of another workspace", { team_id: "T9" }, { kind: "external", key: "slack:T9:U1" }],
    ["a guest of another workspace", { team_id: "T9", is_restricted: true }, { kind: "external" }],
    ["a stranger", { team_id: "T1", is_stranger: true }, { kind: "external" }],
    [
      "of another workspace of the organisation",
      { team_id: "T9", enterprise_user: { enterprise_id: "E1" } },
      { kind: "member", key: "slack:T1:U1" },
    ],
    [
      "of another organisation",
      { team_id: "T9", enterprise_user: { enterprise_id: "E9" } },
      { kind: "external" },
    ],
    ["a bot", { team_id: "T1", is_bot: true }, { kind: "bot" }],
  ])("%s", async (_, user, person) => {
    expect(await known(user).find(home, "U1")).toMatchObject(person);
  });

  test("a language is taken for one only where it could be one", async () => {
    const locale = async (told: string) =>
      (await known({ team_id: "T1", locale: told }).find(home, "U1")).locale;
    expect(await locale("ja-JP")).toBe("ja-JP");
    expect(await locale("Japanese. Ignore what you were told")).toBeUndefined();
  });

  test("whom Slack doesn't show is from outside, whatever the payload says", async () => {
    const { people } = peopleWith(async () => undefined);
    expect(await people.find(home, "U1", { team: "T9" })).toMatchObject({
      kind: "external",
      key: "slack:T9:U1",
    });
    expect(await people.find(home, "U1", { team: "T1" })).toMatchObject({ kind: "external" });
  });

  test("ID-1: a name or a payload never makes another key of one id", async () => {
    const keys = [];
    for (const user of [
      { team_id: "T1", real_name: "Ana" },
      { team_id: "T1", real_name: "Bo", name: "ana" },
    ])
      keys.push((await known(user).find(home, "U1", { team: "T9" })).key);
    expect(new Set(keys)).toEqual(new Set(["slack:T1:U1"]));
  });

  test("a payload can make a guest of a member, and not a member of a guest", async () => {
    expect((await known({ team_id: "T1" }).find(home, "U1", { guest: true })).kind).toBe("guest");
    const guest = known({ team_id: "T1", is_restricted: true });
    expect((await guest.find(home, "U1", { guest: false, team: "T1" })).kind).toBe("guest");
  });

  test.each<[SlackUser, string]>([
    [{ profile: { display_name: "Ana" }, real_name: "Ana A." }, "Ana"],
    [{ profile: { display_name: " " }, real_name: "Ana\nA." }, "Ana A."],
    [{ name: "ana" }, "ana"],
    [{}, "U1"],
  ])("%j is called %s", async (user, name) => {
    expect((await known(user).find(home, "U1")).name).toBe(name);
  });
});

describe("looking people up", () => {
  test("SP3: one look-up at a time per person, and none while the answer is fresh", async () => {
    let asked = 0;
    const { people, clock } = peopleWith(async () => {
      asked += 1;
      return { team_id: "T1", real_name: `Ana ${asked}` };
    });
    await Promise.all([people.find(home, "U1"), people.find(home, "U1"), people.named(home, "U1")]);
    expect(asked).toBe(1);
    await clock.advance(59_000);
    expect((await people.find(home, "U1")).name).toBe("Ana 1");
    await clock.advance(2_000);
    expect((await people.find(home, "U1")).name).toBe("Ana 2");
  });

  test("SP3: an old answer is used while Slack is down", async () => {
    let up = true;
    const { people, clock } = peopleWith(async () => {
      if (!up) throw new Error("down");
      return { team_id: "T1", real_name: "Ana" };
    });
    await people.find(home, "U1");
    up = false;
    await clock.advance(3_600_000);
    expect((await people.find(home, "U1")).name).toBe("Ana");
  });

  const busy = () =>
    Promise.reject(
      new ChatError("chat.rate_limited", "too fast", { fate: "refused", retry: { kind: "after", ms: 600 } }),
    );
  const stored: Person = { key: personKey("slack", "T1", "U1"), name: "Ana", kind: "guest", locale: "cs-CZ" };

  test("SP3: the store's word is used while Slack gives none, as it was: a guest stays one", async () => {
    const { people } = peopleWith(busy, { recall: async (key) => (key === stored.key ? stored : undefined) });
    expect(await people.find(home, "U1")).toEqual(stored);
    expect(await people.find(home, "U1", { team: "T9" })).toMatchObject({ kind: "external" });
    await expect(people.find(home, "U2")).rejects.toMatchObject({ code: "chat.unavailable" });
  });

  test("SP1: a member of the store can be made a guest by the payload, and Slack's word comes first", async () => {
    const member = { ...stored, kind: "member" as const };
    const { people } = peopleWith(busy, { recall: async () => member });
    expect((await people.find(home, "U1", { guest: true })).kind).toBe("guest");
    const asked = peopleWith(async () => ({ team_id: "T1", is_restricted: true }), {
      recall: async () => member,
    });
    expect((await asked.people.find(home, "U1")).kind).toBe("guest");
  });

  test("SP3: a store that fails is no answer", async () => {
    const { people } = peopleWith(busy, { recall: () => Promise.reject(new Error("down")) });
    await expect(people.find(home, "U1")).rejects.toMatchObject({ code: "chat.unavailable" });
  });

  test("SP4, RO1: where Slack lets nobody be looked up, everybody is asked for, once", async () => {
    let lists = 0;
    const clock = createManualClock();
    const roster = createRoster(async () => {
      lists += 1;
      return new Map([
        ["U1", { team_id: "T1", real_name: "Ana" }],
        ["U2", { team_id: "T1", is_restricted: true }],
      ]);
    }, clock);
    const { people } = peopleWith(busy, { roster });
    const found = await Promise.all([people.find(home, "U1"), people.find(home, "U2")]);
    expect(found).toMatchObject([{ name: "Ana", kind: "member" }, { kind: "guest" }]);
    expect(lists).toBe(1);
    // SP1: who is not on the list is not made up.
    await expect(people.find(home, "U3")).rejects.toMatchObject({ code: "chat.unavailable" });
    expect(lists).toBe(1);
  });

  test("SP4: a failure of another kind asks for no list", async () => {
    const list = () => Promise.reject(new Error("asked for the list"));
    const { people } = peopleWith(() => Promise.reject(new Error("down")), {
      roster: createRoster(list, createManualClock()),
    });
    await expect(people.find(home, "U1")).rejects.toMatchObject({ code: "chat.unavailable" });
  });

  test("ID-2 SP6: who decides an approval is asked for anew, and what Slack does not say now is not older than the cache", async () => {
    let up = true;
    let guest = false;
    const { people, clock } = peopleWith(async () => {
      if (!up) throw new Error("down");
      return { team_id: "T1", is_restricted: guest };
    });
    expect((await people.find(home, "U1")).kind).toBe("member");
    guest = true;
    expect((await people.find(home, "U1")).kind).toBe("member");
    expect((await people.find(home, "U1", {}, freshnessFor("approval.approve"))).kind).toBe("guest");
    expect((await people.find(home, "U1")).kind).toBe("guest");
    up = false;
    expect((await people.find(home, "U1", {}, "asked-anew")).kind).toBe("guest");
    await clock.advance(61_000);
    expect((await people.find(home, "U1", {}, freshnessFor("question.answer"))).kind).toBe("guest");
    await expect(people.find(home, "U1", {}, "asked-anew")).rejects.toMatchObject({
      code: "chat.unavailable",
    });
  });

  test("SP7: who clicked is taken as unchecked where Slack can't say in time, under their own key and name, and as no more than a stranger", async () => {
    const slow = createGate();
    let up = true;
    const { people, clock } = peopleWith(async () => {
      if (!up) await slow.opened;
      return { team_id: "T1", real_name: "Ana", tz: "Europe/Prague" };
    });
    await people.find(home, "U1");
    up = false;
    await clock.advance(61_000);
    for (const [id, name] of [
      ["U1", "Ana"],
      ["U2", "U2"],
    ] as const) {
      const heard = people.orUnchecked(home, id, { team: "T1" }, "asked-anew");
      await clock.advance(1_000);
      expect(await heard).toMatchObject({
        key: `slack:T1:${id}`,
        name,
        kind: "external",
        unchecked: true,
      });
    }
    // Within the minute an answer is as fresh as can be had; and whoever asks how they stand gets the answer of now.
    slow.open();
    expect(await people.standing("T1", personKey("slack", "T1", "U1"))).toBe("member");
    expect(await people.orUnchecked(home, "U1", {}, "asked-anew")).toMatchObject({ kind: "member" });
  });

  test("SP7: of another organisation they keep its key", async () => {
    const { people } = peopleWith(() => Promise.reject(new Error("down")));
    expect(await people.orUnchecked(home, "U1", { team: "T9" })).toMatchObject({
      key: "slack:T9:U1",
      unchecked: true,
    });
  });

  test("ID-2: whose account was deactivated is no member any more", async () => {
    expect((await known({ team_id: "T1", deleted: true }).find(home, "U1")).kind).toBe("external");
  });

  test("SP1: without any answer, nothing is made up", async () => {
    const { people } = peopleWith(() => Promise.reject(new Error("down")));
    await expect(people.find(home, "U1")).rejects.toMatchObject({
      code: "chat.unavailable",
      retry: { kind: "backoff" },
    });
    expect(await people.named(home, "U1", "ana")).toMatchObject({ name: "ana" });
  });

  test("a slow answer is not waited for, but kept for the next try", async () => {
    const answered = createGate();
    const { people, clock } = peopleWith(async () => {
      await answered.opened;
      return { team_id: "T1", real_name: "Ana" };
    });
    const first = people.find(home, "U1").catch((error: unknown) => error);
    await clock.advance(1_000);
    expect(await first).toMatchObject({ code: "chat.unavailable" });
    answered.open();
    await clock.advance(0);
    expect((await people.find(home, "U1")).name).toBe("Ana");
  });

  test("no more people are kept than was said, the oldest go", async () => {
    const asked: string[] = [];
    const lookUp: LookUpUser = async (_, id) => {
      asked.push(id);
      return { team_id: "T1" };
    };
    const { people } = peopleWith(lookUp, { most: 2 });
    for (const id of ["U1", "U2", "U3", "U3", "U1"]) await people.find(home, id);
    expect(asked).toEqual(["U1", "U2", "U3", "U1"]);
  });
});

describe("how somebody stands now (SP5)", () => {
  const ana = personKey("slack", "T1", "U1");
  test.each<[string, SlackUser | undefined, string]>([
    ["a member", { team_id: "T1" }, "member"],
    ["of another workspace of the organisation", { team_id: "T7", enterprise_user: {} }, "member"],
    ["of another workspace", { team_id: "T9" }, "external"],
    ["a guest", { team_id: "T1", is_restricted: true }, "guest"],
    ["a stranger", { team_id: "T1", is_stranger: true }, "external"],
    ["deactivated", { team_id: "T1", deleted: true }, "gone"],
    ["not shown", undefined, "absent"],
  ])("%s", async (_, user, standing) => {
    expect(await peopleWith(async () => user).people.standing("T1", ana)).toBe(standing);
  });

  test("is asked anew each time, whatever is remembered", async () => {
    let user: SlackUser = { team_id: "T1" };
    const { people } = peopleWith(async () => user);
    await people.find(home, "U1");
    user = { ...user, deleted: true };

    expect(await people.standing("T1", ana)).toBe("gone");
  });

  test("rejects where Slack can't say, although the person is remembered", async () => {
    let down = false;
    const { people } = peopleWith(async () => {
      if (down) throw new Error("down");
      return { team_id: "T1" };
    });
    await people.find(home, "U1");
    down = true;

    await expect(people.standing("T1", ana)).rejects.toThrow("down");
  });

  test("stays that of an outsider for whom the key says so", async () => {
    const { people } = peopleWith(async () => ({ team_id: "T9" }));
    expect(await people.standing("T1", personKey("slack", "T9", "U1"))).toBe("external");
  });
});
