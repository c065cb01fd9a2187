// How long a key and a signature are believed, and how often keys are asked for (VE2, VE4, VE5); and a door that is closed.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import type { Json } from "../../fakes/teams/state.ts";
import { openTeamsWorld, type TeamsWorld } from "./teams-world.ts";

let world: TeamsWorld;
let rejected: string[];
let message: Json;
let count = 0;

beforeEach(async () => {
  rejected = [];
  world = await openTeamsWorld({
    hooks: { homeOpened: () => undefined, rejected: (why) => void rejected.push(why) },
  });
  ({ activity: message } = await world.teams.person(teamsIds.ana).mentions(teamsIds.general, "hello"));
});
afterEach(() => world.close());

async function delivered(token?: string): Promise<number> {
  count += 1;
  return (await world.teams.deliver({ ...message, id: `17${count}` }, token)).status;
}

const asked = (): number => world.teams.calls.filter(({ path }) => path === "/keys").length;
const sign = () => world.teams.keys.sign({ serviceUrl: world.teams.serviceUrl });

describe("chat/teams: keys", () => {
  it("VE4: a signature that was good is believed for five minutes, and then looked at again", async () => {
    const old = await sign();
    expect(await delivered(old)).toBe(200);
    await world.teams.keys.rotate();
    world.teams.keys.jwks.keys.shift(); // Microsoft has taken the old one back
    expect(await delivered()).toBe(200);
    expect(await delivered(old)).toBe(200);
    world.clock.jump(5 * 60_000);
    expect(await delivered(old)).toBe(401);
    expect(rejected).toEqual(["signing-key"]);
  });

  it("VE2: keys are asked for once a minute at most, whatever names of keys come in", async () => {
    await world.teams.keys.rotate();
    world.teams.keys.jwks.keys.pop(); // nobody publishes it
    const before = asked();
    for (let n = 0; n < 5; n += 1) expect(await delivered()).toBe(401);
    expect(asked()).toBe(before + 1);
    world.clock.jump(60_000);
    expect(await delivered()).toBe(401);
    expect(asked()).toBe(before + 2);
    expect(new Set(rejected)).toEqual(new Set(["signing-key"]));
  });

  it("VE1, VE5: what can't be checked is not let in, and may come again: it is taken when the keys are there", async () => {
    await world.teams.keys.rotate();
    world.teams.fault("keys", { kind: "status", status: 500 });
    expect(await delivered()).toBe(503);
    expect(world.heard).toHaveLength(1);
    expect(await delivered()).toBe(200);
    expect(world.heard).toHaveLength(2);
    expect(rejected).toEqual(["unchecked"]);
  });

  it("VE2: the keys that are there are good while newer ones can't be had", async () => {
    const [known, other] = [await sign(), await sign()];
    expect(await delivered(known)).toBe(200);
    await world.teams.keys.rotate();
    world.teams.fault("keys", { kind: "status", status: 500 }, 3);
    for (let n = 0; n < 2; n += 1) {
      expect(await delivered()).toBe(503);
      world.clock.jump(5 * 60_000); // VE4
      expect(await delivered(other)).toBe(200);
    }
  });

  it("MD3: a door that is closed says to come again", async () => {
    await world.platform.stop();
    expect(await delivered()).toBe(503);
    expect(world.heard).toHaveLength(1);
  });
});
