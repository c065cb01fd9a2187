import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { agentPrincipal } from "../../src/domain/connection.ts";
import { asConversationId, asPersonKey } from "../../src/domain/ids.ts";
import type { GrantToken } from "../../src/grants/contract.ts";
import { createGrants } from "../../src/grants/grants.ts";
import { openToken } from "../../src/grants/sealed-tokens.ts";
import type { ConnectionRow } from "../../src/store/contract-grants.ts";
import { type AuthorizationServer, startAuthorizationServer } from "../fakes/authorization-server.ts";
import { createGate } from "../fakes/gate.ts";
import { createManualClock, type ManualClock } from "../fakes/manual-clock.ts";
import {
  ann,
  bob,
  type GrantsWorld,
  grantDeps,
  openGrantsWorld,
  otherRun,
  redirectUri,
  run,
  tenant,
  ticking,
} from "./grants-world.ts";

const codeOf = async (act: () => Promise<unknown>): Promise<unknown> => {
  try {
    await act();
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

const hour = 3_600_000;

describe("grants/tokens", () => {
  let server: AuthorizationServer;
  let world: GrantsWorld;
  let clock: ManualClock;
  beforeAll(async () => {
    server = await startAuthorizationServer({ redirectUris: [redirectUri] });
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    server.asked.clear();
    server.beforeToken = undefined;
    clock = createManualClock(Date.now());
    world = await openGrantsWorld({
      server,
      clock,
      more: {
        crm: { identity: "agent", api_key: "key-of-the-agent", scopes: { read: [] } },
        ledger: {
          identity: "agent",
          issuer: server.issuer,
          client_id: server.clientId,
          client_secret: server.clientSecret,
        },
        odd: { identity: "agent", provider: "github", client_id: "x", client_secret: "y" },
      },
    });
  });
  afterEach(() => world.close());

  const refreshes = () => server.asked.get("refresh_token") ?? 0;
  const find = (more: Parameters<GrantsWorld["need"]>[0] = {}) =>
    world.store.read((tx) => world.grants.find(tx, world.need(more)));

  it("I10, A10: gives a run what its owner granted, and nobody else's", async () => {
    await world.connect(ann, "ann");
    const { secret, version } = await world.grants.token(await world.ready({ capability: "read" }));

    expect(version).toBe(1);
    expect(await server.accountOf(secret.reveal())).toBe("ann");
    expect(await find({ owner: bob })).toMatchObject({ kind: "missing", why: "not_connected" });
    const grant = await world.ready();
    expect(await codeOf(() => world.grants.token({ ...grant, owner: bob }))).toBe("grant.gone");
    expect(JSON.stringify(grant)).not.toContain(secret.reveal());
    expect(`${String(secret)}${JSON.stringify({ secret })}`).not.toContain(secret.reveal());
  });

  it.each([
    ["a name that is not configured", { connection: "fax" }, "refused"],
    ["a capability that it has not", { capability: "delete" }, "refused"],
    [
      "a service that has no tokens for agents",
      { connection: "odd", owner: agentPrincipal(tenant, "deputy") },
      "refused",
    ],
    ["the agent's own connection for a person", { connection: "crm" }, "refused"],
    ["a person's connection for the agent", { owner: agentPrincipal(tenant, "deputy") }, "refused"],
  ] as const)("refuses %s with a sentence", async (_what, more, kind) => {
    const answer = await find(more);
    expect(answer.kind).toBe(kind);
    expect(answer).toMatchObject({ why: expect.stringMatching(/^[A-Z].*\.$/) });
  });

  it("ID-2: of guests, of people of other companies and of whom nobody knows no account is used or asked for", async () => {
    await world.connect(ann, "ann");
    for (const kind of ["guest", "external", "bot"] as const) {
      await world.store.write((tx) => tx.people.see({ key: ann, name: "Ann", kind }, tenant, 0));
      expect(await find()).toMatchObject({ kind: "refused", why: expect.stringContaining("members") });
    }
    expect((await find({ owner: asPersonKey("local:local:nobody") })).kind).toBe("refused");
  });

  it("uses the account that its owner has chosen, also where another one has the scopes already", async () => {
    const first = await world.connect(ann, "ann", { scopes: ["mail.read", "mail.send"] });
    const second = await world.connect(ann, "ann-at-home", { isDefault: false });
    expect((await world.ready({ capability: "send" })).id).toBe(first.id);
    await world.store.write((tx) => tx.connections.makeDefault(second));

    expect((await world.ready({ capability: "read" })).id).toBe(second.id);
    expect(await find({ capability: "send" })).toMatchObject({ why: "too_few_scopes", id: second.id });
  });

  it("VLT-9: asks for the union of what was granted and what is needed", async () => {
    await world.connect(ann, "ann");
    const answer = await find({ capability: "send" });
    expect(answer).toMatchObject({ kind: "missing", why: "too_few_scopes" });
    expect(answer.kind === "missing" && answer.scopes).toEqual(
      expect.arrayContaining(["mail.read", "mail.send"]),
    );
  });

  it("ID-4: a run in a channel needs its owner's word for the personal account", async () => {
    const row = await world.connect(ann, "ann");
    expect(await find({ mode: "employee" })).toMatchObject({ kind: "missing", why: "not_here", id: row.id });
    await world.store.write((tx) =>
      tx.connections.allowIn({ run, connection: row.id, by: ann, now: clock.now() }),
    );
    expect((await find({ mode: "employee" })).kind).toBe("ready");
    expect(await find({ mode: "employee", run: otherRun(2) })).toMatchObject({ why: "not_here" });
  });

  it("CN3: what is for one run is no other run's", async () => {
    await world.connect(ann, "ann", { run });
    const grant = await world.ready();
    expect((await find({ run: otherRun(2) })).kind).toBe("missing");
    expect(await codeOf(() => world.grants.token({ ...grant, run: otherRun(2) }))).toBe("grant.gone");
  });

  it("VLT-5: 50 callers get one refresh, and the same new token; the next are spared one", async () => {
    await world.connect(ann, "ann");
    const grant = await world.ready();
    const first = await world.grants.token(grant);
    await clock.advance(hour - 200_000);
    const tokens = await Promise.all(Array.from({ length: 50 }, () => world.grants.token(grant)));

    expect(refreshes()).toBe(1);
    expect(new Set(tokens.map(({ secret }) => secret.reveal())).size).toBe(1);
    expect(tokens[0]).toMatchObject({ version: 2 });
    expect(tokens[0]?.secret.reveal()).not.toBe(first.secret.reveal());
    expect(refreshes()).toBe(1);
    for (let round = 0; round < 3; round += 1) {
      await clock.advance(hour);
      await Promise.all(Array.from({ length: 10 }, () => world.grants.token(grant)));
    }
    expect(refreshes()).toBe(4);
    expect((await world.events()).filter((event) => event.includes("token.refreshed"))).toHaveLength(4);
  });

  it("VLT-5, A17: several processes on one database make one call, and none loses the rotated token", async () => {
    await world.connect(ann, "ann");
    const grant = await world.ready();
    const others = Array.from({ length: 4 }, () => createGrants(grantDeps({ server, clock }, world.store)));
    const idle = clock.pending();
    for (let round = 1; round <= 3; round += 1) {
      const asked = createGate();
      server.beforeToken = () => asked.opened.then(() => "answer");
      await clock.advance(hour);
      const asking = Promise.all(
        others.flatMap((each) => Array.from({ length: 5 }, () => each.token(grant))),
      );
      // All but the one that asks the service look again in a moment.
      await expect.poll(() => clock.pending()).toBe(idle + others.length - 1);
      asked.open();
      const tokens = await ticking(clock, asking);
      expect(new Set(tokens.map(({ version }) => version))).toEqual(new Set([round + 1]));
      expect(refreshes()).toBe(round);
    }
    expect((await world.store.read((tx) => tx.connections.find(grant.id)))?.state).toBe("active");
  });

  it("VLT-5: a refusal makes it needs_reauth, and its owner is told once, in private", async () => {
    const row = await world.connect(ann, "ann");
    const grant = await world.ready();
    // Somebody used the refresh token behind our back: the server revokes the whole family.
    const stolen = await world.store.read(async (tx) => {
      const found = await tx.connections.find(row.id);
      return found && openToken(tx, world.deps.vault, found, "refresh");
    });
    const spec = world.deps.specs.get("mail");
    if (!stolen || !spec) throw new Error("Nothing to steal");
    await world.deps.oauth.refresh(spec, stolen);
    await clock.advance(hour);
    const codes = await Promise.all(Array.from({ length: 5 }, () => codeOf(() => world.grants.token(grant))));

    expect(new Set(codes)).toEqual(new Set(["grant.needs_reauth"]));
    expect((await world.store.read((tx) => tx.connections.find(row.id)))?.state).toBe("needs_reauth");
    const line = await world.store.read((tx) => tx.conversations.list());
    expect(line).toHaveLength(1);
    const said = await world.store.read((tx) => tx.outbox.list(line[0]?.id ?? asConversationId("none"), 10));
    expect(said).toHaveLength(1);
    expect(JSON.stringify(said)).toContain("connect mail");
    expect(await find()).toMatchObject({ kind: "missing", why: "needs_reauth" });
    expect((await world.events()).filter((event) => event.includes("token.failed"))).toHaveLength(1);
  });

  it("VLT-5 (5), RF3: a refusal does not throw away what somebody else has put there meanwhile", async () => {
    const row = await world.connect(ann, "ann");
    const grant = await world.ready();
    await clock.advance(hour);
    const winner = createGrants(grantDeps({ server, clock }, world.store));
    let won: GrantToken | undefined;
    server.beforeToken = async () => {
      server.beforeToken = undefined;
      // The holder is frozen past its lease; another one takes over and rotates the token.
      clock.jump(31_000);
      won = await winner.token(grant);
      return "answer";
    };
    const late = await world.grants.token(grant);
    expect(late.version).toBe(won?.version);
    expect(late.secret.reveal()).toBe(won?.secret.reveal());
    expect(await world.store.read((tx) => tx.connections.find(row.id))).toMatchObject({
      state: "active",
      version: 2,
    });
  });

  it("VLT-5 (7): a service that breaks off is asked once more, then left in peace; a token that is good is used meanwhile", async () => {
    await world.connect(ann, "ann");
    const grant = await world.ready();
    await clock.advance(hour - 100_000);
    let broken = 0;
    server.beforeToken = async () => {
      broken += 1;
      return "broken";
    };
    expect((await world.grants.token(grant)).version).toBe(1);
    expect(broken).toBe(2);
    await world.grants.token(grant);
    expect(broken).toBe(2);
    await clock.advance(100_001);
    server.beforeToken = undefined;
    expect((await world.grants.token(grant)).version).toBe(2);
  });

  it("VLT-5: after four days out of reach its owner is asked to connect again", async () => {
    await world.connect(ann, "ann");
    const grant = await world.ready();
    server.beforeToken = async () => "broken";
    await clock.advance(hour);
    expect(await codeOf(() => world.grants.token(grant))).toBe("grant.unavailable");
    await clock.advance(4 * 24 * hour);
    await codeOf(() => world.grants.token(grant));
    expect(await find()).toMatchObject({ why: "needs_reauth" });
  });

  it("VLT-6: where a service gives no other refresh token and names no end, the old one is kept and an hour assumed", async () => {
    const before = await world.connect(ann, "ann");
    const grants = createGrants({
      ...world.deps,
      oauth: {
        ...world.deps.oauth,
        async refresh(spec, secret) {
          const { access, members } = await world.deps.oauth.refresh(spec, secret);
          return { access, members };
        },
      },
    });
    const kept = async (row: ConnectionRow) =>
      (await world.store.read((tx) => openToken(tx, world.deps.vault, row, "refresh")))?.reveal();
    await clock.advance(2 * hour);
    expect((await grants.token(await world.ready())).version).toBe(2);

    const after = await world.store.read((tx) => tx.connections.find(before.id));
    if (!after) throw new Error("No row");
    expect(after.expiresAt).toBe(clock.now() + hour);
    expect(await kept(after)).toBe(await kept(before));
  });

  it("VLT-6: a refused token is refreshed once; an old refusal changes nothing", async () => {
    await world.connect(ann, "ann");
    const grant = await world.ready();
    await clock.advance(60_000);
    await world.grants.rejected(grant, 1);
    expect((await world.grants.token(grant)).version).toBe(2);
    await world.grants.rejected(grant, 1);
    await world.grants.rejected(grant, 2);
    expect((await world.grants.token(grant)).version).toBe(2);
    expect(refreshes()).toBe(1);
  });

  it("VLT-6: a token that is refused a moment after it came is renewed at once, and one that came of that is not, for ten seconds", async () => {
    await world.connect(ann, "ann");
    const grant = await world.ready();
    await Promise.all(Array.from({ length: 5 }, () => world.grants.rejected(grant, 1)));
    expect((await world.grants.token(grant)).version).toBe(2);
    await world.grants.rejected(grant, 2);
    expect((await world.grants.token(grant)).version).toBe(2);
    expect(refreshes()).toBe(1);

    await clock.advance(10_000);
    await world.grants.rejected(grant, 2);
    expect((await world.grants.token(grant)).version).toBe(3);
  });

  it("VLT-6: one that can't be renewed has ten seconds until its owner is asked for another", async () => {
    const without: Partial<ConnectionRow> = {};
    Object.assign(without, { refresh: undefined });
    const { id } = await world.connect(ann, "ann", without);
    const grant = await world.ready();
    await world.grants.rejected(grant, 1);
    expect((await world.grants.token(grant)).version).toBe(1);

    await clock.advance(10_001);
    await world.grants.rejected(grant, 1);
    expect(await codeOf(() => world.grants.token(grant))).toBe("grant.needs_reauth");
    expect((await world.store.read((tx) => tx.connections.find(id)))?.state).toBe("needs_reauth");
  });

  it("VLT-8: revoked gives no token from then on, is revoked at the service, and is destroyed", async () => {
    const row = await world.connect(ann, "ann");
    const grant = await world.ready();
    const { secret } = await world.grants.token(grant);
    await world.store.write((tx) => world.revocations.revoke(tx, row, { why: "asked", by: ann }));
    expect(await codeOf(() => world.grants.token(grant))).toBe("grant.gone");
    await world.revocations.sweep();

    expect(server.revoked).toContain(secret.reveal());
    expect(await server.accountOf(secret.reveal())).toBeUndefined();
    const after = await world.store.read((tx) => tx.connections.find(row.id));
    expect(after).not.toHaveProperty("access");
    expect(after).not.toHaveProperty("refresh");
    expect(await world.revocations.sweep()).toBe(0);
    expect((await world.events()).join("\n")).not.toContain(secret.reveal());
  });

  it("VLT-8: a refresh under way when it is revoked leaves no token behind", async () => {
    const row = await world.connect(ann, "ann");
    const grant = await world.ready();
    await clock.advance(hour);
    server.beforeToken = async () => {
      await world.store.write((tx) => world.revocations.revoke(tx, row, { why: "asked", by: ann }));
      return "answer";
    };
    expect(await codeOf(() => world.grants.token(grant))).toBe("grant.gone");
    expect((await world.store.read((tx) => tx.connections.find(row.id)))?.state).toBe("revoked");
  });

  it("A24, OPS-2: offboarding ends every connection of a person", async () => {
    await world.connect(ann, "ann");
    await world.connect(ann, "ann2");
    await world.connect(bob, "bob");
    expect(
      await world.store.write((tx) => world.revocations.revokeOwner(tx, { tenant, owner: ann }, "system")),
    ).toBe(2);
    expect((await find()).kind).toBe("missing");
    expect((await find({ owner: bob })).kind).toBe("ready");
  });

  it("ID-3: the agent has its own: an API key, or tokens by client credentials, renewed when due", async () => {
    const owner = agentPrincipal(tenant, "deputy");
    const key = await world.ready({ owner, connection: "crm" });
    expect((await world.grants.token(key)).secret.reveal()).toBe("key-of-the-agent");

    const ledger = await world.ready({ owner, connection: "ledger" });
    const first = await world.grants.token(ledger);
    expect((await world.grants.token(ledger)).secret.reveal()).toBe(first.secret.reveal());
    expect(server.asked.get("client_credentials")).toBe(1);
    await clock.advance(hour);
    expect((await world.grants.token(ledger)).secret.reveal()).not.toBe(first.secret.reveal());
    expect(server.asked.get("client_credentials")).toBe(2);

    const row = await world.store.read((tx) => tx.connections.find(key.id));
    if (!row) throw new Error("No row");
    await world.store.write((tx) => world.revocations.revoke(tx, row, { why: "asked", by: "cli:root" }));
    expect((await find({ owner, connection: "crm" })).kind).toBe("refused");
    expect(await codeOf(() => world.grants.token(key))).toBe("grant.gone");
  });
});
