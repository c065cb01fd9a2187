import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createDataKey } from "../../src/vault/data-key.ts";
import { keyStatus, resealTenant, retireKeys, rotateDataKeys } from "../../src/vault/keys.ts";
import { createVault, type Vault } from "../../src/vault/vault.ts";
import { aConnection } from "../contracts/store-grants.ts";

const key = (byte: number): Secret => new Secret(Buffer.alloc(32, byte).toString("base64"));
const clock = { now: () => 1_790_000_000_000 };
const tenant = asTenantId("slack-T0001");
const other = asTenantId("slack-T0002");
const ann = asPersonKey("slack:T0001:ann");

const codeOf = async (act: () => unknown): Promise<unknown> => {
  try {
    await act();
    return "none";
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
};

describe("vault/data-key", () => {
  const place = { tenant, owner: ann, connection: "c1", field: "access", version: 3 } as const;
  const dataKey = createDataKey(Buffer.alloc(32, 1), 7);
  const sealed = dataKey.close(new Secret("tok-ä"), place);

  it("VLT-1: gives back what was sealed, and never seals alike", () => {
    expect(dataKey.open(sealed, place).reveal()).toBe("tok-ä");
    expect(dataKey.close(new Secret("tok-ä"), place)).not.toBe(sealed);
    expect(sealed).not.toContain("tok");
  });

  it.each([
    ["tenant", { ...place, tenant: other }],
    ["owner", { ...place, owner: "slack:T0001:bob" }],
    ["connection", { ...place, connection: "c2" }],
    ["field", { ...place, field: "refresh" as const }],
    ["version", { ...place, version: 4 }],
  ])("VLT-1, A10: does not open as another %s's", async (_what, elsewhere) => {
    expect(await codeOf(() => dataKey.open(sealed, elsewhere))).toBe("vault.damaged");
  });

  it.each([
    ["under another key version", () => createDataKey(Buffer.alloc(32, 1), 8)],
    ["under another key", () => createDataKey(Buffer.alloc(32, 2), 7)],
  ])("VLT-1: does not open %s", async (_what, made) => {
    expect(await codeOf(() => made().open(sealed, place))).toBe("vault.damaged");
  });

  it("VLT-1: does not open when a byte was changed, or cut short", async () => {
    const at = sealed.length - 3;
    const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
    expect(await codeOf(() => dataKey.open(changed, place))).toBe("vault.damaged");
    expect(await codeOf(() => dataKey.open(sealed.slice(0, 20), place))).toBe("vault.damaged");
  });
});

describe("vault/vault and its keys", () => {
  let folder: string;
  let store: Store;
  let vault: Vault;
  const openVault = (current: Secret, previous?: Secret): Vault => createVault({ current, previous }, clock);
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-vault-"));
    store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    vault = openVault(key(1));
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  const put = (id: string, of = tenant, text = `token of ${id}`, by = vault): Promise<boolean> =>
    store.write(async (tx) => {
      const sealing = await by.sealing(tx, of);
      const row = aConnection(id, { tenant: of, owner: ann, subject: id });
      const place = { tenant: of, owner: ann, connection: id, version: row.version };
      return tx.connections.add({
        ...row,
        keyVersion: sealing.version,
        access: sealing.close(new Secret(text), { ...place, field: "access" }),
        refresh: sealing.close(new Secret(`refresh ${text}`), { ...place, field: "refresh" }),
      });
    });
  const get = (id: string, by = vault): Promise<string> =>
    store.read(async (tx) => {
      const row = await tx.connections.find(id);
      if (row?.access === undefined || row.keyVersion === undefined) throw new Error(`No ${id}`);
      const opening = await by.opening(tx, row.tenant, row.keyVersion);
      const place = { tenant: row.tenant, owner: row.owner, connection: id, version: row.version };
      return opening.open(row.access, { ...place, field: "access" }).reveal();
    });
  const desk = () => ({ store, vault });

  it("VLT-2, VLT-11: keeps a data key per tenant, wrapped; the file holds ciphertext only", async () => {
    await put("c1");
    await put("c2", other);
    expect(await get("c1")).toBe("token of c1");
    const status = await keyStatus(desk());
    expect(status).toMatchObject([
      { tenant, version: 1, state: "active", rows: 1, master: vault.master },
      { tenant: other, version: 1, state: "active", rows: 1 },
    ]);
    expect(JSON.stringify(await store.read((tx) => tx.connections.list({ limit: 9 })))).not.toContain(
      "token of",
    );
    expect(JSON.stringify(status)).not.toContain("wrapped");
  });

  it("VLT-3: tells a wrong master key, and neither reads nor overwrites with it", async () => {
    await put("c1");
    const wrong = openVault(key(2));
    const before = await store.read((tx) => tx.dataKeys.list());
    expect(await codeOf(() => store.read((tx) => wrong.check(tx)))).toBe("vault.wrong_key");
    expect(await codeOf(() => get("c1", wrong))).toBe("vault.wrong_key");
    expect(await codeOf(() => put("c2", tenant, "x", wrong))).toBe("vault.wrong_key");
    expect(await codeOf(() => store.write((tx) => wrong.renew(tx, tenant)))).toBe("vault.wrong_key");
    expect(await codeOf(() => store.write((tx) => wrong.rewrap(tx)))).toBe("vault.wrong_key");
    expect(await store.read((tx) => tx.dataKeys.list())).toEqual(before);
    expect(await get("c1")).toBe("token of c1");
  });

  it("VLT-4: renews data keys while they are used, seals everything anew, and retires what nothing needs", async () => {
    for (let i = 0; i < 120; i += 1) await put(`c${i}`);
    await store.write((tx) => vault.renew(tx, tenant));
    await put("new");
    expect(await codeOf(() => retireKeys(desk(), tenant))).toBe("vault.in_use");
    expect(await get("c7")).toBe("token of c7");

    expect(await resealTenant(desk(), tenant)).toBe(120);
    expect(await resealTenant(desk(), tenant)).toBe(0);
    expect(await keyStatus(desk())).toMatchObject([
      { version: 1, state: "retiring", rows: 0 },
      { version: 2, state: "active", rows: 121 },
    ]);
    expect(await retireKeys(desk(), tenant)).toEqual([1]);
    expect(await get("c119")).toBe("token of c119");
    expect((await store.read((tx) => tx.dataKeys.find(tenant, 1)))?.wrapped).toBeUndefined();
  });

  it("VLT-4, KY1: a rotation that was broken off is gone on with by the next one", async () => {
    for (let i = 0; i < 30; i += 1) await put(`c${i}`);
    await store.write((tx) => vault.renew(tx, tenant));
    const broken: Vault = {
      ...vault,
      opening: () => Promise.reject(new Error("died")),
    };
    expect(await codeOf(() => resealTenant({ store, vault: broken }, tenant))).toBeInstanceOf(Error);
    expect(await rotateDataKeys(desk(), tenant)).toEqual([{ tenant, version: 3, resealed: 30 }]);
    expect(await retireKeys(desk(), tenant)).toEqual([1, 2]);
    expect(await get("c29")).toBe("token of c29");
  });

  it("VLT-4: changes the master key by wrapping the data keys anew; no token is touched", async () => {
    await put("c1");
    const sealed = await store.read((tx) => tx.connections.find("c1"));
    const both = openVault(key(2), key(1));
    expect(await get("c1", both)).toBe("token of c1");
    expect(await store.write((tx) => both.rewrap(tx))).toBe(1);
    expect(await store.write((tx) => both.rewrap(tx))).toBe(0);
    expect(await get("c1", openVault(key(2)))).toBe("token of c1");
    expect(await store.read((tx) => tx.connections.find("c1"))).toEqual(sealed);
    expect(await codeOf(() => get("c1", openVault(key(1))))).toBe("vault.wrong_key");
  });

  it("VLT-11: erasing a tenant's keys makes its tokens unreadable at once, and nobody else's", async () => {
    await put("c1");
    await put("c2", other);
    await get("c1");
    expect(await store.write((tx) => tx.dataKeys.erase(tenant))).toBe(1);
    expect(await codeOf(() => get("c1"))).toBe("vault.erased");
    expect(await get("c2")).toBe("token of c2");
    await put("c3");
    expect(await get("c3")).toBe("token of c3");
    expect(await codeOf(() => get("c1"))).toBe("vault.erased");
  });
});
