// Authorization servers of MCP servers, our registrations with them, and scopes that were asked for later.

import { expect, it } from "vitest";
import { asTenantId } from "../../src/domain/ids.ts";
import type { StoreCase } from "./store-contract.ts";
import { t0, tenant } from "./store-rows.ts";

const other = asTenantId("slack-T0002");
const crm = {
  tenant,
  connection: "crm",
  server: "https://crm.example/mcp",
  resource: "https://crm.example/mcp",
  issuer: "https://as.example",
  scopes: ["crm.read"],
  seenAt: t0,
};

export function authoritySuite(current: StoreCase): void {
  it("MCP-4: an authorization server stays the one that was seen first; another one is written beside it, once", async () => {
    const { store } = current;
    expect(await store.write((tx) => tx.authorities.see(crm))).toBe(true);
    expect(await store.write((tx) => tx.authorities.see({ ...crm, scopes: [], seenAt: t0 + 1 }))).toBe(true);
    const rogue = { ...crm, issuer: "https://rogue.example" };
    expect(await store.write((tx) => tx.authorities.see(rogue))).toBe(false);
    const change = () => store.write((tx) => tx.authorities.change(crm, rogue.issuer, t0 + 2));
    expect(await store.write((tx) => tx.authorities.change(crm, crm.issuer, t0 + 2))).toBe(false);
    expect([await change(), await change()]).toEqual([true, false]);
    expect(await store.read((tx) => tx.authorities.find(tenant, "crm"))).toEqual({
      ...crm,
      scopes: [],
      seenAt: t0 + 1,
      other: rogue.issuer,
      changedAt: t0 + 2,
    });
    expect(await store.write((tx) => tx.authorities.see(crm))).toBe(false);
    await store.write((tx) => tx.authorities.keep(tenant, "crm"));
    expect(await store.write((tx) => tx.authorities.see(crm))).toBe(true);
    await store.write((tx) => tx.authorities.forget(tenant, "crm"));
    expect(await store.write((tx) => tx.authorities.see(rogue))).toBe(true);
    await store.write((tx) => tx.authorities.see({ ...crm, tenant: other }));
    const listed = await store.read((tx) => tx.authorities.list("crm"));
    expect(listed.map(({ tenant: of, issuer }) => [of, issuer])).toEqual([
      [tenant, rogue.issuer],
      [other, crm.issuer],
    ]);
    expect(await store.read((tx) => tx.authorities.list("mail"))).toEqual([]);
  });

  it("MCP-3: one of those who want to register may, and the next after a while", async () => {
    const { store } = current;
    const at = { tenant, issuer: crm.issuer };
    const begin = (now: number) => store.write((tx) => tx.oauthClients.begin(at, now, now - 1_000));
    expect([await begin(t0), await begin(t0 + 500), await begin(t0 + 1_000)]).toEqual([true, false, true]);
    const made = {
      clientId: "c1",
      secret: "sealed",
      redirectUris: ["https://d.example/a"],
      registeredAt: t0,
    };
    await store.write((tx) => tx.oauthClients.keep(at, made));
    expect(await store.read((tx) => tx.oauthClients.find(tenant, crm.issuer))).toEqual({
      ...at,
      ...made,
      triedAt: t0 + 1_000,
    });
    expect(await store.read((tx) => tx.oauthClients.find(other, crm.issuer))).toBeUndefined();
    expect(await store.write((tx) => tx.oauthClients.reseal(at, "stale", "x"))).toBe(false);
    expect(await store.write((tx) => tx.oauthClients.reseal(at, "sealed", "anew"))).toBe(true);
    expect((await store.read((tx) => tx.oauthClients.list())).map(({ secret }) => secret)).toEqual(["anew"]);
  });

  it("VLT-9: scopes that are wanted stand until they were asked for, and a new want takes their place", async () => {
    const { store } = current;
    const want = { connection: "conn_1", capability: "write", scopes: ["crm.write"], at: t0 };
    await store.write((tx) => tx.scopeWants.put(want));
    expect(await store.read((tx) => tx.scopeWants.find("conn_1", "read"))).toBeUndefined();
    await store.write((tx) => tx.scopeWants.asked("conn_1", t0 + 1));
    expect(await store.read((tx) => tx.scopeWants.find("conn_1", "write"))).toEqual({
      ...want,
      askedAt: t0 + 1,
    });
    await store.write((tx) => tx.scopeWants.put({ ...want, scopes: ["crm.admin"], at: t0 + 2 }));
    expect(await store.read((tx) => tx.scopeWants.find("conn_1", "write"))).toEqual({
      ...want,
      scopes: ["crm.admin"],
      at: t0 + 2,
    });
  });
}
