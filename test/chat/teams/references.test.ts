import { beforeEach, describe, expect, it } from "vitest";
import type { TeamsReferences } from "../../../src/chat/teams/deps.ts";
import { createReferenceKeeper, type ReferenceKeeper } from "../../../src/chat/teams/inbound/references.ts";
import { Activity } from "../../../src/chat/teams/inbound/shapes.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";
import { referencesInMemory } from "./teams-world.ts";

const settings = { appId: "app", tenantId: "t1", loginUrl: "", openIdMetadataUrl: "", serviceHosts: [] };
const activity = Activity.parse({
  type: "message",
  channelId: "msteams",
  serviceUrl: "https://smba.example/emea/",
  from: { id: "29:ana", aadObjectId: "ana" },
  recipient: { id: "28:app", name: "Deputy" },
  conversation: { id: "19:g@thread.tacv2;messageid=1", conversationType: "channel" },
});
const place = "19:g@thread.tacv2";

describe("chat/teams/references", () => {
  let stored: TeamsReferences;
  let clock: ManualClock;
  let keeper: ReferenceKeeper;
  let saved: number;
  beforeEach(() => {
    stored = referencesInMemory();
    clock = createManualClock();
    saved = 0;
    const references: TeamsReferences = {
      ...stored,
      async savePlace(one) {
        saved += 1;
        await stored.savePlace(one);
      },
    };
    keeper = createReferenceKeeper({ references, settings, clock });
  });
  const isGone = async (): Promise<boolean> => (await stored.place(place))?.gone === true;

  it("T-M11: writes a place when it is new, and not each time", async () => {
    for (const _ of [1, 2, 3]) await keeper.keep(activity);
    expect(saved).toBe(1);
    await keeper.keep({ ...activity, serviceUrl: "https://smba.example/amer/" });
    expect(saved).toBe(2);
    expect(await stored.place(place)).toMatchObject({
      serviceUrl: "https://smba.example/amer/",
      bot: { id: "28:app" },
    });
  });

  it("RF2: a place that this process gave up is there again with the next word from it", async () => {
    await keeper.keep(activity);
    await keeper.references.gone(place);
    expect(await isGone()).toBe(true);
    await keeper.keep(activity);
    expect(await isGone()).toBe(false);

    await keeper.forget(activity);
    expect(await isGone()).toBe(true);
    await keeper.keepAnew(activity);
    expect(await isGone()).toBe(false);
  });

  it("RF2: one that another process gave up is there again within ten minutes, and at once where the app is added", async () => {
    await keeper.keep(activity);
    await stored.gone(place);
    await keeper.keep(activity);
    expect(await isGone()).toBe(true);
    clock.jump(10 * 60_000);
    await keeper.keep(activity);
    expect(await isGone()).toBe(false);

    await stored.gone(place);
    await keeper.keepAnew(activity);
    expect(await isGone()).toBe(false);
  });

  it("RF2: what could not be written is written the next time", async () => {
    let fails = true;
    const references: TeamsReferences = {
      ...stored,
      async savePlace(one) {
        if (fails) throw new Error("the store is away");
        await stored.savePlace(one);
      },
    };
    const failing = createReferenceKeeper({ references, settings, clock });
    await expect(failing.keep(activity)).rejects.toThrow("away");
    fails = false;
    await failing.keep(activity);
    expect(await stored.place(place)).toBeDefined();
  });
});
