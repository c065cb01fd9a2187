// Data keys, connections and consent sessions.

import { expect, it } from "vitest";
import { agentPrincipal } from "../../src/domain/connection.ts";
import { asConversationId, asPersonKey, asRunId, asTenantId } from "../../src/domain/ids.ts";
import type { ConnectionRow, ConsentRow } from "../../src/store/contract-grants.ts";
import type { StoreCase } from "./store-contract.ts";
import { t0, tenant } from "./store-rows.ts";

const ann = asPersonKey("local:local:ann");
const bob = asPersonKey("local:local:bob");

export function aConnection(id: string, more: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    id,
    tenant,
    owner: ann,
    name: "mail",
    provider: "mail",
    subject: "sub-1",
    account: "ann@corp.example",
    state: "active",
    isDefault: true,
    scopes: ["read"],
    version: 1,
    keyVersion: 1,
    access: "sealed-access",
    refresh: "sealed-refresh",
    issuedAt: t0,
    expiresAt: t0 + 1_000,
    failures: 0,
    createdAt: t0,
    updatedAt: t0,
    ...more,
  };
}

export function aConsent(id: string, more: Partial<ConsentRow> = {}): ConsentRow {
  return {
    id,
    link: `link-${id}`,
    tenant,
    initiator: ann,
    initiatorName: "Ann",
    agent: "deputy",
    connection: "mail",
    scopes: ["read"],
    conversation: asConversationId("conv_1"),
    line: asConversationId("conv_2"),
    card: `card:${id}`,
    state: "open",
    expiresAt: t0 + 600,
    createdAt: t0,
    ...more,
  };
}

export function grantSuite(current: StoreCase): void {
  const add = (row: ConnectionRow) => current.store.write((tx) => tx.connections.add(row));
  const find = (id: string) => current.store.read((tx) => tx.connections.find(id));
  const ask = (row: ConsentRow) => current.store.write((tx) => tx.consents.add(row));

  it("VLT-1: keeps a connection as it was given, and one per account and run", async () => {
    expect(await add(aConnection("c1"))).toBe(true);
    expect(await find("c1")).toEqual(aConnection("c1"));
    expect(await add(aConnection("c2"))).toBe(false);
    expect(await add(aConnection("c3", { subject: "sub-2", isDefault: false }))).toBe(true);
    expect(await add(aConnection("c4", { run: asRunId("run_1") }))).toBe(true);
    expect(await add(aConnection("c5", { owner: agentPrincipal(tenant, "deputy") }))).toBe(true);

    const at = { tenant, owner: ann, name: "mail" };
    const held = (run?: string) =>
      current.store.read(async (tx) =>
        (await tx.connections.held({ ...at, ...(run ? { run: asRunId(run) } : {}) })).map(({ id }) => id),
      );
    expect(await held()).toEqual(["c1", "c3"]);
    expect(await held("run_1")).toEqual(["c4", "c1", "c3"]);
    expect(await held("run_2")).toEqual(["c1", "c3"]);
  });

  it("CN2: revokes once and for good; the same account can then be connected anew", async () => {
    await add(aConnection("c1"));
    const change = (to: "revoked" | "active" | "needs_reauth") =>
      current.store.write((tx) => tx.connections.change("c1", to, "asked", t0 + 1));
    expect(await change("revoked")).toBe(true);
    expect(await change("revoked")).toBe(false);
    expect(await change("active")).toBe(false);
    expect(await add(aConnection("c2"))).toBe(true);

    expect(
      (await current.store.read((tx) => tx.connections.undestroyed(t0 + 1, 10))).map(({ id }) => id),
    ).toEqual(["c1"]);
    await current.store.write((tx) => tx.connections.destroy("c1"));
    await current.store.write((tx) => tx.connections.destroy("c2"));
    expect(await find("c1")).toMatchObject({ state: "revoked", why: "asked", revokedAt: t0 + 1 });
    expect(await find("c1")).not.toHaveProperty("access");
    expect(await find("c2")).toHaveProperty("access", "sealed-access");
  });

  it("VLT-5: one caller has the lease of a row, and only the version that was seen is replaced", async () => {
    await add(aConnection("c1"));
    const lease = (owner: string, now: number) =>
      current.store.write((tx) => tx.connections.lease("c1", owner, now, now + 30));
    const leases = await Promise.all(["a", "b", "c"].map((owner) => lease(owner, t0)));
    expect(leases.filter(Boolean)).toHaveLength(1);
    expect(await lease("late", t0 + 29)).toBeUndefined();
    expect((await lease("next", t0 + 30))?.version).toBe(1);

    const pair = { keyVersion: 1, access: "a2", refresh: "r2", issuedAt: t0 + 30, now: t0 + 30 };
    const save = (seen: number) => current.store.write((tx) => tx.connections.save("c1", seen, pair));
    expect(await save(1)).toBe(true);
    expect(await save(1)).toBe(false);
    expect(await find("c1")).toMatchObject({ version: 2, access: "a2", refresh: "r2" });
    expect(await find("c1")).not.toHaveProperty("leaseUntil");
    await current.store.write((tx) => tx.connections.change("c1", "revoked", undefined, t0 + 31));
    expect(await save(2)).toBe(false);
  });

  it("VLT-4: counts what each data key seals, and seals anew only what is as it was seen", async () => {
    await add(aConnection("c1"));
    await add(aConnection("c2", { owner: bob, keyVersion: 2 }));
    const use = () => current.store.read((tx) => tx.connections.keyUse(tenant));
    expect(await use()).toEqual(
      new Map([
        [1, 1],
        [2, 1],
      ]),
    );
    const stale = await current.store.read((tx) => tx.connections.sealedOtherwise(tenant, 2, 10));
    expect(stale.map(({ id }) => id)).toEqual(["c1"]);
    const reseal = (version: number) =>
      current.store.write((tx) =>
        tx.connections.reseal("c1", { version, keyVersion: 1 }, { keyVersion: 2, access: "x", refresh: "y" }),
      );
    expect(await reseal(9)).toBe(false);
    expect(await reseal(1)).toBe(true);
    expect(await use()).toEqual(new Map([[2, 2]]));
  });

  it("VLT-4: has one active data key per tenant, and destroys those that are retired or erased", async () => {
    const other = asTenantId("slack-T9");
    const key = (version: number, of = tenant) => ({
      tenant: of,
      version,
      wrapped: `w${version}`,
      master: "m",
      state: "active" as const,
      createdAt: t0,
    });
    const write = current.store.write.bind(current.store);
    expect(await write((tx) => tx.dataKeys.add(key(1)))).toBe(true);
    expect(await write((tx) => tx.dataKeys.add(key(1)))).toBe(false);
    expect(await write((tx) => tx.dataKeys.retire(tenant, 1))).toBe(false);
    expect(await write((tx) => tx.dataKeys.add(key(2)))).toBe(true);
    expect(await write((tx) => tx.dataKeys.add(key(1, other)))).toBe(true);
    expect((await current.store.read((tx) => tx.dataKeys.active(tenant)))?.version).toBe(2);
    expect(await write((tx) => tx.dataKeys.rewrap(key(2), "else", { wrapped: "n", master: "n" }))).toBe(
      false,
    );
    expect(await write((tx) => tx.dataKeys.rewrap(key(2), "w2", { wrapped: "n", master: "n" }))).toBe(true);
    expect(await write((tx) => tx.dataKeys.retire(tenant, 1))).toBe(true);
    expect(await write((tx) => tx.dataKeys.erase(tenant))).toBe(2);
    expect(await current.store.read((tx) => tx.dataKeys.list(tenant))).toMatchObject([
      { version: 1, state: "erased" },
      { version: 2, state: "erased" },
    ]);
    expect((await current.store.read((tx) => tx.dataKeys.find(other, 1)))?.wrapped).toBe("w1");
  });

  it("CS1: one session per person and connection; one claim, of the last state, before it is over", async () => {
    expect(await ask(aConsent("s1"))).toBe(true);
    expect(await ask(aConsent("s2"))).toBe(false);
    expect(await ask(aConsent("s3", { initiator: bob }))).toBe(true);
    const given = (oauthState: string) => ({
      browser: "b",
      oauthState,
      proof: "p",
      redirectUri: "u",
    });
    const consent = (state: string, now = t0) =>
      current.store.write((tx) => tx.consents.consent("s1", given(state), now));
    const claim = (state: string, now = t0) =>
      current.store.write((tx) => tx.consents.claim("s1", state, now));
    expect(await claim("one")).toBe(false);
    expect(await consent("one")).toBe(true);
    expect(await consent("two")).toBe(true);
    expect(await current.store.read((tx) => tx.consents.byState("one"))).toBeUndefined();
    expect(await claim("one")).toBe(false);
    expect(await claim("two", t0 + 600)).toBe(false);
    const claims = await Promise.all(Array.from({ length: 20 }, () => claim("two")));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await consent("three")).toBe(false);

    const end = (to: "connected" | "expired") =>
      current.store.write((tx) => tx.consents.end("s1", to, { made: "c1", now: t0 + 5 }));
    expect(await end("connected")).toBe(true);
    expect(await end("expired")).toBe(false);
    expect(await current.store.read((tx) => tx.consents.find("s1"))).toMatchObject({
      state: "connected",
      made: "c1",
    });
    expect(await ask(aConsent("s2"))).toBe(true);
    expect(
      (await current.store.read((tx) => tx.consents.overdue(t0 + 600, 9))).map(({ id }) => id).toSorted(),
    ).toEqual(["s2", "s3"]);
  });

  it("CON-4: a sign-in under way is taken once, and a browser is known until its time is over", async () => {
    const row = { id: "b1", signInState: "st", signIn: "sealed", expiresAt: t0 + 10, createdAt: t0 };
    await current.store.write((tx) => tx.browsers.save(row));
    const take = () => current.store.write((tx) => tx.browsers.takeSignIn("st", t0));
    expect(await take()).toEqual(row);
    expect(await take()).toBeUndefined();
    await current.store.write((tx) =>
      tx.browsers.save({ id: "b1", person: ann, expiresAt: t0 + 10, createdAt: t0 }),
    );
    expect((await current.store.read((tx) => tx.browsers.find("b1", t0 + 9)))?.person).toBe(ann);
    expect(await current.store.read((tx) => tx.browsers.find("b1", t0 + 10))).toBeUndefined();
  });
}
