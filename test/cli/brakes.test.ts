import { createPublicKey, verify } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { asTenantId, personKey } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { aConnection } from "../contracts/store-grants.ts";
import { aQuestion, aRun, aWorkingRun } from "../contracts/store-rows.ts";
import { anApproval } from "../contracts/store-waits.ts";

describe("cli/brakes", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-"));
    await writeFile(
      path.join(folder, "deputy.config.yml"),
      "agents: [{ name: deputy, role: analyst }, { name: scout }]\n",
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
  async function deputy(
    ...argv: string[]
  ): Promise<{ code: number; out: Record<string, unknown>; err: string }> {
    const text = { out: "", err: "" };
    const code = await runCli({
      argv: [...argv, "--json"],
      env: { DEPUTY_DATA: folder, USER: "op" },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });
    return { code, out: text.out === "" ? {} : JSON.parse(text.out), err: text.err };
  }
  const brakes = () => onStore((store) => store.read((tx) => tx.brakes.list()));

  it.each([
    {
      group: "agents",
      off: "pause",
      on: "resume",
      key: "agent",
      name: "scout",
      states: ["paused", "active"],
    },
    {
      group: "tenants",
      off: "pause",
      on: "resume",
      key: "tenant",
      name: "local",
      states: ["paused", "active"],
    },
    {
      group: "tools",
      off: "disable",
      on: "enable",
      key: "tool",
      name: "crm__log",
      states: ["disabled", "enabled"],
    },
  ])("OPS-1: $group $off and $on, twice is once", async ({ group, off, on, key, name, states }) => {
    const [paused, active] = states;

    expect((await deputy(group, off, name)).out).toEqual({ [key]: name, state: paused, changed: true });
    expect((await deputy(group, off, name)).out).toEqual({ [key]: name, state: paused, changed: false });
    expect(await brakes()).toMatchObject([{ name, pulledBy: "cli:op" }]);
    expect((await deputy(group, on, name)).out).toEqual({ [key]: name, state: active, changed: true });
    expect(await brakes()).toEqual([]);
  });

  it("tools list says what is disabled, also what was never seen", async () => {
    await deputy("tools", "disable", "fetch_url");
    await deputy("tools", "disable", "crm__log");

    const { out } = await deputy("tools", "list");
    expect(out["tools"]).toEqual(
      expect.arrayContaining([
        { name: "read_file", state: "enabled", effect: "read", server: null },
        { name: "fetch_url", state: "disabled", effect: "read", server: null },
        { name: "crm__log", state: "disabled", effect: null, server: null },
      ]),
    );
  });

  it("tools list has those of servers as they were seen last", async () => {
    await writeFile(
      path.join(folder, "deputy.config.yml"),
      "agents: [{ name: deputy }]\nmcp: { crm: { url: 'https://crm.example/mcp', tools: { look: { effect: read } } } }\n",
    );
    const seen = { server: "crm", pin: "p", definition: "{}", seenAt: 1 } as const;
    await onStore((store) =>
      store.write(async (tx) => {
        await tx.mcpTools.add({ ...seen, tool: "look", state: "approved" });
        await tx.mcpTools.add({ ...seen, tool: "log", state: "waiting" });
      }),
    );

    const { out } = await deputy("tools", "list");
    expect(out["tools"]).toEqual(
      expect.arrayContaining([
        { name: "crm__look", state: "enabled", effect: "read", server: "crm" },
        { name: "crm__log", state: "waiting", effect: "write-external", server: "crm" },
      ]),
    );
  });

  it("tenants list has those that were heard of, and says which are paused", async () => {
    await onStore((store) => aRun(store, "a"));
    expect((await deputy("tenants", "list")).out).toEqual({
      tenants: [{ id: "slack-T0001", state: "active" }],
    });

    await deputy("tenants", "pause", "local");
    expect((await deputy("tenants", "list")).out).toEqual({
      tenants: [
        { id: "local", state: "paused" },
        { id: "slack-T0001", state: "active" },
      ],
    });
  });

  it("people list says who is revoked, also somebody who never wrote", async () => {
    const [ana, ben] = [personKey("slack", "T1", "ana"), personKey("slack", "T1", "ben")];
    await onStore((store) =>
      store.write(async (tx) => {
        await tx.people.see({ key: ana, name: "Ana", kind: "member" }, asTenantId("slack-T1"), 0);
        await tx.people.see({ key: ben, name: "Ben", kind: "guest" }, asTenantId("slack-T1"), 1_000);
      }),
    );
    await deputy("people", "revoke", "slack:T1:eva");
    await deputy("people", "revoke", ana);

    const seen = "1970-01-01T00:00:00.000Z";
    const gone = { key: ana, state: "revoked", name: "Ana", kind: "member", seen_at: seen };
    const { out } = await deputy("people", "list");
    expect(out["people"]).toEqual([
      { key: ben, state: "active", name: "Ben", kind: "guest", seen_at: "1970-01-01T00:00:01.000Z" },
      gone,
      { key: "slack:T1:eva", state: "revoked", name: null, kind: null, seen_at: null },
    ]);
    const few = await deputy("people", "list", "--limit", "1");
    expect(few.out["people"], "who is revoked is there in any case").toContainEqual(gone);
    expect((await deputy("people", "list", "--limit", "few")).code).toBe(2);
  });

  it("agents list says who is paused", async () => {
    await deputy("agents", "pause", "scout");

    const { out } = await deputy("agents", "list");
    expect(out["agents"]).toMatchObject([
      { name: "deputy", state: "active", role: "analyst" },
      { name: "scout", state: "paused" },
    ]);
  });

  it.each([
    ["agents", "pause", "nobody", /There is no agent nobody/],
    ["agents", "resume", "nobody", /There is no agent nobody/],
    ["tenants", "pause", "slack-T9", /There is no tenant slack-T9/],
    ["tenants", "resume", "slack-T9", /There is no tenant slack-T9/],
    ["people", "revoke", "ana", /platform:organisation:user/],
    ["people", "restore", "ana", /platform:organisation:user/],
    ["tools", "disable", "wriet_file", /There is no tool wriet_file; did you mean write_file\?/],
    ["tools", "enable", "nothing", /There is no tool nothing; .*<server>__<tool>/],
  ])("%s %s of what there is none of fails, and holds nothing", async (group, verb, ...given) => {
    const [name, problem] = given;
    const { code, err } = await deputy(group, verb, name);

    expect(code).toBe(1);
    expect(err).toMatch(problem);
    expect(await brakes()).toEqual([]);
  });

  it("OPS-2: people revoke ends what is theirs and tells how much; restore serves them again", async () => {
    const subject = personKey("slack", "T1", "U1");
    const tenant = asTenantId("slack-T1");
    await onStore(async (store) => {
      await aRun(store, "a", { subject, tenant });
      await store.write((tx) => tx.connections.add(aConnection("conn_1", { tenant, owner: subject })));
    });

    expect((await deputy("people", "revoke", subject)).out).toEqual({
      person: subject,
      state: "revoked",
      pulled: true,
      runs: 1,
      schedules: 0,
      connections: 1,
    });
    expect(await onStore((store) => store.read((tx) => tx.connections.find("conn_1")))).toMatchObject({
      state: "revoked",
    });
    expect(await onStore((store) => store.read((tx) => tx.runs.list({ limit: 5 })))).toMatchObject([
      { state: "stopped" },
    ]);
    expect((await deputy("people", "restore", subject)).out).toMatchObject({ changed: true });
    const events = await onStore((store) => store.read((tx) => tx.audit.list(tenant, 0, 9)));
    expect(events.map(({ type }) => type).filter((type) => type.startsWith("brake."))).toEqual([
      "brake.pulled",
      "brake.released",
    ]);
    expect(events.filter(({ type }) => type === "token.revoked")).toHaveLength(1);
  });

  it("RP3, LK1: restore gives back the keys that were withdrawn together, and none that was withdrawn for another reason", async () => {
    const [slack, teams, guest] = [
      personKey("slack", "T1", "U1"),
      personKey("teams", "t2", "o1"),
      personKey("slack", "T9", "U7"),
    ];
    await onStore((store) =>
      store.write(async (tx) => {
        await tx.personLinks.link(slack, teams, { fresh: "who_1", now: 1 });
        await tx.personLinks.link(slack, guest, { fresh: "who_2", now: 1 });
        const own = { id: "brk_1", kind: "person", name: guest, pulledBy: "system", pulledAt: 1 } as const;
        await tx.brakes.pull(own);
      }),
    );
    expect((await deputy("people", "revoke", slack)).out).toMatchObject({
      linked: expect.arrayContaining([teams, guest]),
    });
    expect((await deputy("people", "restore", teams)).out).toEqual({
      person: teams,
      state: "active",
      changed: true,
      linked: [slack],
    });
    expect(await brakes()).toMatchObject([{ name: guest }]);
  });

  it("OPS-1: stop-all holds everything up, stops what is under way, and proves what that was", async () => {
    await onStore(async (store) => {
      await aRun(store, "a");
      await aWorkingRun(store, "b");
    });
    const { code, out } = await deputy("stop-all", "--out", "report.json");
    const report = JSON.parse(await readFile(path.join(folder, "report.json"), "utf8"));

    expect(code).toBe(0);
    expect(out).toMatchObject({ state: "stopped", stopped: 2, report: path.join(folder, "report.json") });
    expect(report).toMatchObject({ kind: "report", v: 1, by: "cli:op" });
    expect(report.runs).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          run: "run_a",
          state: "queued",
          conversation: expect.any(String),
          agent: "deputy",
        }),
        expect.objectContaining({ run: "run_b", state: "working" }),
      ]),
    );
    const { signature, ...signed } = report;
    const x = Buffer.from(report.public_key, "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const isGood = (content: object): boolean =>
      verify(
        null,
        Buffer.from(`deputy-report-v1\n${canonicalJson(content)}`),
        key,
        Buffer.from(signature, "base64"),
      );
    expect(isGood(signed)).toBe(true);
    expect(isGood({ ...signed, by: "cli:other" })).toBe(false);
    const keys = await onStore((store) => store.read((tx) => tx.audit.keys()));
    expect(keys.map(({ publicKey }) => publicKey)).toContain(report.public_key);

    const runs = await onStore((store) => store.read((tx) => tx.runs.list({ limit: 5 })));
    expect(runs.find(({ id }) => id === "run_a")?.state).toBe("stopped");
    expect(runs.find(({ id }) => id === "run_b")?.stopRequestedBy).toBe("local:cli:op");
    expect(await brakes()).toMatchObject([{ kind: "all" }]);
    expect((await deputy("stop-all", "--release")).out).toEqual({ state: "active", changed: true });
    expect(await brakes()).toEqual([]);
  });

  it("OPS-1: stop-all stops a run too whose wait and approval a newer version wrote (J2)", async () => {
    await onStore(async (store) => {
      const run = await aRun(store, "a");
      await store.write(async (tx) => {
        await tx.waits.open(aQuestion("wait_1", run.id));
        await tx.approvals.ask(anApproval(run.id));
      });
    });
    const database = new Database(path.join(folder, "deputy.db"));
    database.prepare("update waits set ask = ?").run('{"kind":"riddle"}');
    database.prepare("update approvals set votes = ?").run('["a nod"]');
    database.close();

    const { code, out } = await deputy("stop-all", "--out", "report.json");

    expect(code).toBe(0);
    expect(out).toMatchObject({ state: "stopped", stopped: 1 });
    const [run] = await onStore((store) => store.read((tx) => tx.runs.list({ limit: 1 })));
    expect(run?.state).toBe("stopped");
  });
});
