import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordChange, recordSettings } from "../../src/app/config-record.ts";
import { parseConfigFile } from "../../src/config/file/load-config-file.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";

describe("app/config-record", () => {
  let store: Store;
  beforeEach(async () => {
    store = await createSqliteStore({ path: ":memory:" });
  });
  afterEach(() => store.close());

  const settingsOf = (yaml: string, env: Record<string, string> = {}) => {
    const { loaded, problems } = parseConfigFile(yaml, "/etc/deputy.config.yml", env);
    expect(problems).toEqual([]);
    return loaded.settings;
  };
  const begin = (yaml: string, env?: Record<string, string>, policy = "p1") =>
    recordSettings(store, { settings: settingsOf(yaml, env), policy }, 1);
  const events = async (tenant = "local"): Promise<Record<string, unknown>[]> =>
    (await store.read((tx) => tx.audit.list(asTenantId(tenant), 0, 100))).map(({ line }) => JSON.parse(line));

  it("AUD-1 CR1: what was changed while nothing ran is an event of the next start, of its part alone, once", async () => {
    await begin("groups: { finance: ['slack:T1:U3'] }");
    expect(await events()).toEqual([]);
    const changed = "groups: { finance: ['slack:T1:U3', 'slack:T1:U4'] }\nretention: { audit: 7y }";
    await begin(changed);
    await begin(changed);
    const seen = await events();
    expect(seen).toMatchObject([
      { type: "config.changed", actor: "system", data: { part: "groups" } },
      { type: "config.changed", data: { part: "retention" } },
    ]);
    expect(JSON.stringify(seen)).not.toContain("U4");
    await begin(changed, {}, "p2");
    expect((await events()).at(-1)).toMatchObject({ digest: "p2", data: { part: "policy", before: "p1" } });
  });

  it("CR2: a secret that changed is a change, and its value is in no event", async () => {
    const yaml = (name: string) => `connections:\n  crm: { identity: agent, api_key: "\${${name}}" }`;
    const env = { ONE: "key-4711-one", TWO: "key-4711-two" };
    await begin(yaml("ONE"), env);
    await begin(yaml("TWO"), env);
    const seen = await events();
    expect(seen).toMatchObject([{ data: { part: "connections" } }]);
    expect(JSON.stringify(seen)).not.toContain("4711");
  });

  it("CR1: processes that see the same change make one event of it, in every chain", async () => {
    const tenants = ["slack-T1", "local"];
    for (const tenant of tenants)
      await store.write((tx) =>
        tx.audit.append({ tenant: asTenantId(tenant), type: "key.rotated", time: 1, actor: "cli:op" }),
      );
    await begin("{}");
    const change = { part: "policy", digest: "p2", known: "p1" } as const;
    for (const at of [2, 3]) await store.write((tx) => recordChange(tx, change, at));
    for (const tenant of tenants) {
      const all = await events(tenant);
      expect(all.filter(({ type }) => type === "config.changed")).toHaveLength(1);
    }
  });
});
