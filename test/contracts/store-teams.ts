// Where messages of Teams go, and how a post of the outbox is found by what the platform calls it.

import { expect, it } from "vitest";
import { asConversationId, asTenantId, personKey } from "../../src/domain/ids.ts";
import { aNotice } from "../chat/outgoing.ts";
import type { StoreCase } from "./store-contract.ts";
import { t0 } from "./store-rows.ts";

export function teamsReferenceSuite(current: StoreCase): void {
  const ana = personKey("teams", "t1", "oid-ana");
  const place = (conversation: string, seenAt = t0) => ({
    tenant: "t1",
    conversation,
    kind: "channel" as const,
    serviceUrl: "https://smba.trafficmanager.net/emea/",
    reference: "{}",
    seenAt,
  });
  const refs = <T>(
    fn: (of: Parameters<Parameters<typeof current.store.write>[0]>[0]["teamsReferences"]) => Promise<T>,
  ) => current.store.write((tx) => fn(tx.teamsReferences));

  it("gives back a place as it was last saved, and says since when the app is gone", async () => {
    await refs((of) => of.savePlace(place("19:a")));
    await refs((of) => of.savePlace({ ...place("19:a"), reference: '{"new":1}' }));
    expect(await refs((of) => of.findPlace("t1", "19:a"))).toEqual({
      ...place("19:a"),
      reference: '{"new":1}',
    });
    expect(await refs((of) => of.findPlace("t2", "19:a"))).toBeUndefined();

    await refs((of) => of.markGone("t1", "19:a", t0 + 5));
    expect(await refs((of) => of.findPlace("t1", "19:a"))).toMatchObject({ goneAt: t0 + 5 });

    await refs((of) => of.savePlace(place("19:a", t0 + 9)));
    expect(await refs((of) => of.findPlace("t1", "19:a"))).toEqual(place("19:a", t0 + 9));
  });

  it("names the place of a tenant that was seen last and is not gone", async () => {
    await refs((of) => of.savePlace(place("19:a", t0)));
    await refs((of) => of.savePlace(place("19:b", t0 + 2)));
    await refs((of) => of.savePlace(place("19:c", t0 + 3)));
    await refs((of) => of.markGone("t1", "19:c", t0 + 4));

    expect(await refs((of) => of.anyPlace("t1"))).toMatchObject({ conversation: "19:b" });
    expect(await refs((of) => of.anyPlace("t2"))).toBeUndefined();
  });

  it("keeps the personal chat of a person who is seen elsewhere, and finds them by what Teams calls them", async () => {
    const seen = { key: ana, tenant: "t1", userId: "29:ana", seenAt: t0 };
    await refs((of) => of.savePerson({ ...seen, personal: "a:1" }));
    await refs((of) => of.savePerson({ ...seen, seenAt: t0 + 1 }));

    expect(await refs((of) => of.findPerson(ana))).toEqual({ ...seen, personal: "a:1", seenAt: t0 + 1 });
    expect(await refs((of) => of.personByUserId("t1", "29:ana"))).toMatchObject({ key: ana });
    expect(await refs((of) => of.personByUserId("t2", "29:ana"))).toBeUndefined();
  });

  it("finds a post by its id at the platform, as its newest edit shows it", async () => {
    const tenant = asTenantId("teams-t1");
    const at = { platform: "teams", tenant, kind: "channel" as const, channel: "19:a", thread: "1" };
    const conversation = asConversationId("conv_teams");
    const say = (
      key: string,
      op: Parameters<Parameters<Parameters<typeof current.store.write>[0]>[0]["outbox"]["add"]>[0]["op"],
    ) => current.store.write((tx) => tx.outbox.add({ key, tenant, conversation, op }, t0));
    await current.store.write((tx) =>
      tx.conversations.ensure(at, { id: conversation, workspace: "w_teams", now: t0 }),
    );
    await say("k1", { op: "post", message: aNotice("first") });
    await current.store.write((tx) => tx.outbox.claim(t0, 0, 9));
    await current.store.write((tx) => tx.outbox.sent("k1", "msg-7", t0));
    const shown = (address = at, id = "msg-7") => current.store.read((tx) => tx.outbox.shown(address, id));
    expect(await shown()).toEqual({ key: "k1", message: aNotice("first") });

    await say("k2", { op: "edit", target: "k1", message: aNotice("second") });
    expect(await shown()).toMatchObject({ key: "k1", message: { text: "second" } });
    expect(await shown({ ...at, thread: "2" })).toBeUndefined();
    expect(await shown(at, "msg-8")).toBeUndefined();
  });
}
