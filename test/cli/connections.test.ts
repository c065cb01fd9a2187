import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { createSlackRows } from "../../src/app/slack-rows.ts";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import type { InstallationRows } from "../../src/chat/slack/install/stored-installations.ts";
import { createSeal } from "../../src/vault/seal.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { Secret } from "../../src/base/secret.ts";
import type { Store } from "../../src/store/contract.ts";
import { openToken } from "../../src/grants/sealed-tokens.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createVault } from "../../src/vault/vault.ts";
import { aConnection } from "../contracts/store-grants.ts";

const masterKey = Buffer.alloc(32, 3).toString("base64");
const otherKey = Buffer.alloc(32, 4).toString("base64");

describe("cli/connections and cli/keys", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-"));
    await onStore((store) =>
      store.write(async (tx) => {
        const row = aConnection("conn_1");
        const { tenant, owner, id, version } = row;
        const key = await createVault({ current: new Secret(masterKey) }, { now: () => 1 }).sealing(
          tx,
          tenant,
        );
        const place = { tenant, owner, connection: id, version };
        await tx.connections.add({
          ...row,
          access: key.close(new Secret("tok-secret"), { ...place, field: "access" }),
          refresh: key.close(new Secret("ref-secret"), { ...place, field: "refresh" }),
        });
      }),
    );
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function onStore<T>(act: (store: Store) => Promise<T>): Promise<T> {
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    try {
      return await act(store);
    } finally {
      await store.close();
    }
  }
  async function deputy(args: readonly string[], env: Record<string, string> = {}) {
    let out = "";
    let err = "";
    const code = await runCli({
      argv: args,
      env: { DEPUTY_DATA: folder, DEPUTY_MASTER_KEY: masterKey, ...env },
      cwd: folder,
      stdout: { write: (text: string) => void (out += text) },
      stderr: { write: (text: string) => void (err += text) },
    });
    return { code, out, err, json: () => z.record(z.string(), z.unknown()).parse(JSON.parse(out)) };
  }

  it("lists connections in the shape that scripts rely on, and never a token", async () => {
    const { code, out, json } = await deputy(["connections", "list", "--json"]);
    expect(code).toBe(0);
    expect(json()).toEqual({
      connections: [
        {
          id: "conn_1",
          name: "mail",
          owner: "local:local:ann",
          account: "ann@corp.example",
          scopes: ["read"],
          state: "active",
          expires_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
      ],
    });
    expect(out).not.toMatch(/secret|sealed|t1\./);
  });

  it("VLT-8: revokes once; a second time and an unknown id exit with 1", async () => {
    expect((await deputy(["connections", "revoke", "conn_1", "--json"])).json()).toEqual({
      id: "conn_1",
      state: "revoked",
    });
    expect((await deputy(["connections", "revoke", "conn_1"])).code).toBe(1);
    expect((await deputy(["connections", "revoke", "conn_9"])).code).toBe(1);
    expect(await onStore((store) => store.read((tx) => tx.connections.find("conn_1")))).toMatchObject({
      state: "revoked",
    });
  });

  it("VLT-4: rotates and retires data keys; a retirement that would lose something is refused", async () => {
    const tenant = aConnection("x").tenant;
    expect((await deputy(["keys", "status", "--json"])).json()["keys"]).toMatchObject([
      { version: 1, rows: 1 },
    ]);
    await onStore((store) =>
      store.write((tx) =>
        createVault({ current: new Secret(masterKey) }, { now: () => 2 }).renew(tx, tenant),
      ),
    );
    expect((await deputy(["keys", "retire", tenant])).code).toBe(1);
    expect((await deputy(["keys", "rotate", "--json"])).json()["rotated"]).toMatchObject([
      { version: 3, resealed: 1 },
    ]);
    expect((await deputy(["keys", "retire", tenant, "--json"])).json()).toEqual({ tenant, retired: [1, 2] });
  });

  it("VLT-4: retires the keys of all tenants where none is named; a tenant that has none exits with 1", async () => {
    const { tenant } = aConnection("x");
    await deputy(["keys", "rotate", "--tenant", tenant]);
    expect((await deputy(["keys", "retire", "--json"])).json()).toEqual({
      tenants: [{ tenant, retired: [1] }],
    });
    for (const args of [
      ["retire", "slack-T9"],
      ["rotate", "--tenant", "slack-T9"],
      ["erase", "slack-T9"],
    ])
      expect((await deputy(["keys", ...args])).code).toBe(1);
  });

  it("AUD-1 VLT-4: what is done to keys is on record, and what changes nothing is not", async () => {
    const { tenant } = aConnection("x");
    const both = { DEPUTY_MASTER_KEY: otherKey, DEPUTY_PREVIOUS_MASTER_KEY: masterKey };
    for (const args of [["rotate"], ["retire", tenant], ["retire", tenant]]) await deputy(["keys", ...args]);
    for (const args of [
      ["rotate", "--master"],
      ["rotate", "--master"],
    ])
      await deputy(["keys", ...args], both);

    const rows = await onStore((store) => store.read((tx) => tx.audit.list(tenant, 0, 100)));
    const events = rows.filter(({ type }) => type === "key.rotated");
    expect(events.map(({ line }) => z.object({ data: z.unknown() }).parse(JSON.parse(line)).data)).toEqual([
      { key: "data", version: 2 },
      { key: "data", retired: [1] },
      { key: "master", rewrapped: 1 },
    ]);
  });

  it("VLT-11: the end of a tenant: its connections are given back first, then nothing can read what was sealed", async () => {
    const { tenant, id } = aConnection("conn_1");
    const before = await onStore((store) => store.read((tx) => tx.connections.find(id)));
    const first = await deputy(["keys", "erase", tenant, "--json"]);
    expect(first.json()).toEqual({ tenant, revoked: 1, left: 1, erased: 0 });
    expect((await deputy(["keys", "status", "--json"])).json()["keys"]).toMatchObject([{ state: "active" }]);
    // What the running server does about a revoked connection.
    await onStore((store) => store.write((tx) => tx.connections.destroy(id)));
    expect((await deputy(["keys", "erase", tenant, "--json"])).json()).toEqual({
      tenant,
      revoked: 0,
      left: 0,
      erased: 1,
    });
    await onStore(async (store) => {
      const vault = createVault({ current: new Secret(masterKey) }, systemClock);
      // As from a backup of the rows.
      await expect(
        store.read((tx) => openToken(tx, vault, before ?? aConnection("x"), "access")),
      ).rejects.toThrow(/destroyed/);
      const events = await store.read((tx) => tx.audit.list(tenant, 0, 100));
      expect(JSON.stringify(events)).toMatch(/key\.rotated.*erased/);
      // Who comes back gets a key of their own.
      expect((await store.write((tx) => vault.sealing(tx, tenant))).version).toBe(2);
    });
  });

  it("VLT-11: --now waits for no service; a tenant without keys exits with 1", async () => {
    const { tenant, id } = aConnection("conn_1");
    expect((await deputy(["keys", "erase", tenant, "--now", "--json"])).json()).toMatchObject({ erased: 1 });
    const row = await onStore((store) => store.read((tx) => tx.connections.find(id)));
    expect(row).toMatchObject({ state: "revoked" });
    expect(row).not.toHaveProperty("access");
    expect((await deputy(["keys", "erase", "slack-T9"])).code).toBe(1);
  });

  it("VLT-3, VLT-4: changes the master key with both at hand, and tells a wrong one", async () => {
    expect((await deputy(["keys", "rotate", "--master"], { DEPUTY_MASTER_KEY: otherKey })).code).toBe(1);
    const both = { DEPUTY_MASTER_KEY: otherKey, DEPUTY_PREVIOUS_MASTER_KEY: masterKey };
    expect((await deputy(["keys", "rotate", "--master", "--json"], both)).json()).toEqual({ rewrapped: 1 });
    expect((await deputy(["keys", "rotate", "--json"], { DEPUTY_MASTER_KEY: otherKey })).code).toBe(0);
  });

  it("VLT-4: seals the tokens of Slack installations with the new master key, once, and leaves revoked ones", async () => {
    const slack = (key: string): InstallationRows =>
      createSlackRows({
        store: opened,
        seal: createSeal(new Secret(key), "slack"),
        clock: systemClock,
        log: silentLogger,
      });
    let opened: Store;
    const owner = { team: "T1", orgWide: false, botUser: "UBOT", botId: "B1", scopes: ["commands"] };
    await onStore(async (store) => {
      opened = store;
      await slack(masterKey).save(owner, new Secret("xoxb-1"), "U1");
      await slack(masterKey).save({ ...owner, team: "T2" }, new Secret("xoxb-2"), "U1");
      const version = (await slack(masterKey).find("T2"))?.version ?? "";
      await slack(masterKey).revoke("T2", version, "removed");
    });
    const both = { DEPUTY_MASTER_KEY: otherKey, DEPUTY_PREVIOUS_MASTER_KEY: masterKey };
    expect((await deputy(["keys", "rotate", "--master", "--json"], both)).json()).toEqual({
      rewrapped: 1,
      slack_installations: 1,
    });
    expect((await deputy(["keys", "rotate", "--master", "--json"], both)).json()).toEqual({ rewrapped: 0 });
    await onStore(async (store) => {
      opened = store;
      expect((await slack(otherKey).find("T1"))?.botToken.reveal()).toBe("xoxb-1");
      expect(await slack(otherKey).find("T2")).toBeUndefined();
      await expect(slack(masterKey).find("T1")).rejects.toThrow(/another DEPUTY_MASTER_KEY/);
    });
  });
});
