// Tokens that four processes on one Postgres use and renew, against a service that rotates refresh tokens and takes the second use of
// one for theft (VLT-5, A17): the storm of an expiry, a death between the service's answer and our commit, and keys that are renewed
// meanwhile (VLT-4).

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import type { ReadyGrant } from "../../src/grants/contract.ts";
import type { Store } from "../../src/store/contract.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { resealTenant, retireKeys, rotateDataKeys } from "../../src/vault/keys.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { ann, type GrantsWorld, openGrantsWorld, redirectUri, tenant } from "../grants/grants-world.ts";
import { type PostgresServer, startPostgresServer } from "../servers/postgres.ts";
import { type GrantOrder, type GrantProcess, startGrantProcess } from "./grant-process.ts";

const hour = 3_600_000;
const repeats = 50;
/** Of the 50 calls of a repeat, by process. */
const shares = [13, 13, 12, 12];
/** Of one refresh (RF1). */
const leaseMs = 30_000;

describe("crash: refreshing", () => {
  let postgres: PostgresServer;
  let server: AuthorizationServer;
  let databaseUrl: string;
  let store: Store;
  let world: GrantsWorld;
  let grant: ReadyGrant;
  const processes: GrantProcess[] = [];

  beforeAll(async () => {
    postgres = await startPostgresServer();
    server = await startAuthorizationServer({ redirectUris: [redirectUri] });
  });
  afterAll(async () => {
    await server.close();
    await postgres.stop();
  });
  beforeEach(async () => {
    server.asked.clear();
    server.beforeToken = undefined;
    databaseUrl = await postgres.createDatabase();
    store = await createPostgresStore({ url: databaseUrl, log: silentLogger });
    world = await openGrantsWorld({ server, store });
    await world.connect(ann, "ann");
    grant = await world.ready();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((one) => one.kill()));
    await world.close();
  });

  const start = async (dieAt?: "grant.refreshed"): Promise<GrantProcess> => {
    const one = await startGrantProcess({ databaseUrl, server, ...(dieAt ? { dieAt } : {}) });
    processes.push(one);
    return one;
  };
  const four = (): Promise<GrantProcess[]> => Promise.all(shares.map(() => start()));
  const order = (aheadMs: number, calls = 1): GrantOrder => ({ grant, calls, aheadMs });
  const refreshes = (): number => server.asked.get("refresh_token") ?? 0;
  const storm = async (all: readonly GrantProcess[], aheadMs: number): Promise<Set<string>> => {
    const asking = all.map((one, place) => one.ask(order(aheadMs, shares[place])));
    return new Set((await Promise.all(asking)).flatMap(({ got }) => got));
  };
  const row = () => store.read((tx) => tx.connections.find(grant.id));

  it("VLT-5: 50 calls over 4 processes, 50 times: one refresh an expiry, and no rotated token is lost", async () => {
    const all = await four();
    for (let turn = 1; turn <= repeats; turn += 1) {
      const got = await storm(all, turn * hour);

      expect(
        [...got].map((one) => one.split(" ")[0]),
        `turn ${turn}`,
      ).toEqual([String(turn + 1)]);
      expect(refreshes()).toBe(turn);
    }
    expect(await row()).toMatchObject({ state: "active", version: repeats + 1 });
    const token = (await world.grants.token(grant)).secret.reveal();
    expect(await server.accountOf(token)).toBe("ann");
  });

  it("VLT-4: keys are renewed and retired under that load, and every call gets a token", async () => {
    const all = await four();
    const desk = { store, vault: world.deps.vault };
    for (let turn = 1; turn <= 10; turn += 1) {
      const renewing = rotateDataKeys(desk);
      const got = await storm(all, turn * hour);
      await renewing;
      // What a refresh sealed while the key changed is sealed anew, and then the former key is needed no more.
      await resealTenant(desk, tenant);

      expect([...got].map((one) => one.split(" ")[0])).toEqual([String(turn + 1)]);
      expect(await retireKeys(desk, tenant)).toEqual([turn]);
    }
    expect(refreshes()).toBe(10);
  });

  it("VLT-5: dead between the service's answer and our commit: the next one finds it out, the owner is told once, and nobody asks again", async () => {
    const dying = await start("grant.refreshed");
    await expect(dying.ask(order(hour))).rejects.toThrow("ended");
    expect(refreshes()).toBe(1);
    const all = await four();
    const got = await storm(all, hour + leaseMs + 1_000);

    // What was rotated died with the process; for the service the old token is stolen now.
    expect([...got]).toEqual(["grant.needs_reauth"]);
    expect(await row()).toMatchObject({ state: "needs_reauth", version: 1 });
    const [line] = await store.read((tx) => tx.conversations.list());
    const said = line && (await store.read((tx) => tx.outbox.list(line.id, 10)));
    expect(said).toHaveLength(1);
    expect(JSON.stringify(said)).toContain("connect mail");
    const asked = refreshes();
    await storm(all, hour + 2 * leaseMs);
    expect(refreshes()).toBe(asked);
  });

  it("VLT-5: dead before the service has answered: the next one takes over when the lease is over", async () => {
    const dying = await start();
    server.beforeToken = async () => {
      server.beforeToken = undefined;
      await dying.kill();
      return "broken";
    };
    await expect(dying.ask(order(hour))).rejects.toThrow("ended");
    const got = await storm(await four(), hour + leaseMs + 1_000);

    expect([...got].map((one) => one.split(" ")[0])).toEqual(["2"]);
    expect(refreshes()).toBe(1);
    expect((await row())?.state).toBe("active");
  });
});
