// When keys are fetched (SK1, SK2), by tokens that are held against them.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Secret } from "../../../src/base/secret.ts";
import type { TeamsSettings } from "../../../src/chat/teams/deps.ts";
import { Activity } from "../../../src/chat/teams/inbound/shapes.ts";
import { createSignature, type Signature } from "../../../src/chat/teams/inbound/signing-keys.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";
import { type FakeTeams, startFakeTeams, teamsIds } from "../../fakes/teams/fake-teams.ts";

let clock: ManualClock;
let teams: FakeTeams;
let activity: Activity;
let signature: Signature;

beforeEach(async () => {
  clock = createManualClock(Date.now()); // botbuilder looks at the clock of the machine
  teams = await startFakeTeams({ clock });
  activity = Activity.parse({
    type: "message",
    channelId: "msteams",
    serviceUrl: teams.serviceUrl,
    from: { id: "29:ana" },
    conversation: { id: "19:g@thread.v2" },
  });
  const settings: TeamsSettings = {
    appId: teamsIds.app,
    appPassword: new Secret(teams.appPassword),
    tenantId: teamsIds.tenant,
    loginUrl: `${teams.url}/login`,
    openIdMetadataUrl: `${teams.url}/openid`,
    serviceHosts: [],
  };
  signature = createSignature(() => clock.now(), settings);
});
afterEach(() => teams.close());

const asked = (): number => teams.calls.filter(({ path }) => path === "/keys").length;
const sign = (): Promise<string> => teams.keys.sign({ serviceUrl: teams.serviceUrl });
const withdraw = (): void => void teams.keys.jwks.keys.pop();

async function looks(count: number): Promise<readonly string[]> {
  const token = await sign();
  const ends = await Promise.allSettled(Array.from({ length: count }, () => signature(token, activity)));
  return ends.map((end) => (end.status === "fulfilled" ? end.value : "rejected"));
}

describe("chat/teams/signing-keys", () => {
  it("SK1: keys that are not there are fetched once, however many wait for them", async () => {
    expect(await looks(10)).toEqual(Array<string>(10).fill("good"));
    expect(asked()).toBe(1);
  });

  it("SK1: where they can't be had that is asked once, and anew by who comes later", async () => {
    teams.fault("keys", { kind: "status", status: 500 });
    expect(await looks(10)).toEqual(Array<string>(10).fill("rejected"));
    expect(asked()).toBe(1);
    expect(await looks(10)).toEqual(Array<string>(10).fill("good"));
    expect(asked()).toBe(2);
  });

  it("SK1, SK2: a new key is fetched once, however many tokens are signed with it", async () => {
    await looks(1);
    await teams.keys.rotate();
    expect(await looks(10)).toEqual(Array<string>(10).fill("good"));
    expect(asked()).toBe(2);
  });

  it("SK1: a request that does not end is waited for three seconds, and then another is made", async () => {
    teams.fault("keys", { kind: "slow", ms: 3_600_000 });
    const stuck = [looks(2), looks(1)];
    await vi.waitFor(() => expect(clock.pending()).toBe(1)); // the fake is about to be slow
    clock.jump(3_000);
    expect(await looks(3)).toEqual(Array<string>(3).fill("good"));
    await clock.advance(3_600_000);
    expect((await Promise.all(stuck)).flat()).toEqual(Array<string>(3).fill("good"));
  });

  it("SK2: keys that serve are renewed twice a day, and nobody waits for that; they serve until newer ones are there", async () => {
    const old = await sign();
    expect(await signature(old, activity)).toBe("good");
    await teams.keys.rotate();
    const fresh = await sign();
    teams.keys.jwks.keys.shift(); // Microsoft has taken the old one back
    teams.fault("keys", { kind: "status", status: 500 });
    clock.jump(12 * 3_600_000);
    expect(await signature(old, activity)).toBe("good");
    await vi.waitFor(() => expect(asked()).toBe(2));
    expect(await signature(old, activity)).toBe("good");
    expect(asked()).toBe(2);

    await vi.waitFor(async () => {
      clock.jump(60_000);
      expect(await signature(old, activity)).toBe("unknown-key");
    });
    expect(await signature(fresh, activity)).toBe("good");
  });

  it("SK2: unknown keys are asked for each minute, for as long as they come", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      expect(await looks(1)).toEqual(["good"]);
      await teams.keys.rotate();
      withdraw(); // nobody publishes it
      for (let minute = 1; minute <= 91; minute += 1) {
        clock.jump(60_000);
        vi.setSystemTime(clock.now());
        expect(await looks(1)).toEqual(["unknown-key"]);
        expect(asked()).toBe(minute + 1);
      }
    } finally {
      vi.useRealTimers();
    }
  });
});
