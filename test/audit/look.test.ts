// What `deputy doctor` sees of the chains (OPS-4).

import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookAtChains } from "../../src/audit/look.ts";
import { rotateSigningKey } from "../../src/audit/signing-key.ts";
import { exportedLine } from "../../src/domain/audit-line.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { acme, type AuditWorld, changed, parsed, rechained, startAuditWorld } from "./audit-world.ts";

describe("audit/look", () => {
  let world: AuditWorld;
  beforeEach(async () => {
    world = await startAuditWorld();
    await world.append(5);
    await world.checkpoint();
    await world.append(2);
  });
  afterEach(() => world.end());

  const look = () => lookAtChains(world.deps.store, [world.anchor]);
  /** Somebody with the database file. */
  const attack = (...statements: readonly string[]): void => {
    const db = new Database(path.join(path.dirname(path.dirname(world.anchor)), "deputy.db"));
    const triggers = db.prepare("select name from sqlite_master where type = 'trigger'").pluck().all();
    for (const name of triggers) db.exec(`drop trigger "${String(name)}"`);
    for (const statement of statements) db.exec(statement);
    db.close();
  };

  /** The stretch from `seq` on, made anew with hashes that follow each other, and the head with it. */
  const anewFrom = async (seq: number): Promise<string[]> => {
    const rows = await world.deps.store.read((tx) => tx.audit.list(acme, 0, 100));
    const lines = rows.map((row) => exportedLine(row));
    const first = changed(lines[seq - 1] ?? "", (it) => void (it["data"] = { i: 99 }), true);
    const all = rechained([...lines.slice(0, seq - 1), first, ...lines.slice(seq)], acme, seq);
    const made = all.map((line) => {
      const { kind: _kind, hash, ...rest } = parsed(line);
      return {
        line: canonicalJson({ kind: "event", ...rest }),
        hash: String(hash),
        seq: Number(rest["seq"]),
      };
    });
    return [
      ...made.map(
        (it) => `update audit_events set line = '${it.line}', hash = '${it.hash}' where seq = ${it.seq}`,
      ),
      `update audit_heads set hash = '${made.at(-1)?.hash}'`,
    ];
  };

  it("OPS-4: says how many events end as they should, with the word of their anchor", async () => {
    expect(await look()).toEqual({
      tenants: 1,
      events: 7,
      anchors: 1,
      problems: [],
      broken: [],
      silent: [],
      left: 0,
    });
  });

  it("OPS-4: names an event that was changed, and one that is not the one that was signed", async () => {
    attack(`update audit_events set line = replace(line, '"i":1', '"i":9') where seq = 2`);
    expect((await look()).problems).toEqual([expect.stringContaining("event 2 is not what its hash says")]);
    attack(`update audit_events set hash = '${"a".repeat(64)}' where seq = 5`);
    expect((await look()).problems.join()).toContain("event 5 is not the one that was signed");
  });

  it("OPS-4: an end that was cut off is told by the anchor, and one that the head still knows by the head", async () => {
    attack("delete from audit_events where seq > 6");
    expect((await look()).problems).toEqual([
      expect.stringContaining("its events end at 6, and its head says 7"),
    ]);
    attack(
      "delete from audit_events where seq > 3",
      "update audit_heads set seq = 3, hash = (select hash from audit_events where seq = 3)",
    );
    expect((await look()).problems).toEqual([
      expect.stringContaining("event 5 was signed, and its events end at 3"),
      expect.stringContaining("the end was cut off"),
    ]);
  });

  it("OPS-4: what was made anew since the last signature, and a signature by a key of somebody else's, are told without any anchor", async () => {
    attack(...(await anewFrom(2)));
    expect((await lookAtChains(world.deps.store, [])).broken).toEqual([
      expect.stringContaining("event 5 is not the one that was signed"),
    ]);
    attack(`update audit_checkpoints set signature = '${"A".repeat(86)}=='`);
    expect((await lookAtChains(world.deps.store, [])).broken).toEqual([
      expect.stringContaining("the signature at event 5 is not by a key of this database"),
    ]);
  });

  it("LK2: what others prune and write while it looks is no fault", async () => {
    const { store } = world.deps;
    let reads = 0;
    const read: typeof store.read = async (fn) => {
      reads += 1;
      if (reads === 4) {
        attack("delete from audit_events where seq <= 5", "update audit_heads set pruned_to = 5");
        await world.append(6);
      }
      return store.read(fn);
    };
    expect((await lookAtChains({ ...store, read }, [])).broken).toEqual([]);
    expect(reads).toBeGreaterThan(4);
  });

  it("LK2: a key that another process changes while it looks is no fault, of the end or of an anchor", async () => {
    const { store } = world.deps;
    const globex = asTenantId("slack-T0002");
    await world.append(1, { tenant: globex });
    let reads = 0;
    const read: typeof store.read = async (fn) => {
      const found = await store.read(fn);
      reads += 1;
      if (reads === 2) {
        await rotateSigningKey(world.deps, { tenant: globex, actor: "cli:test" });
        world.deps.now += 120_000;
        await world.checkpoint();
      }
      return found;
    };
    const seen = await lookAtChains({ ...store, read }, [world.anchor]);
    expect(seen).toMatchObject({ tenants: 2, broken: [], problems: [] });
    expect(reads).toBeGreaterThan(2);
  });

  it("LK1: a look has its time, and says what it left", async () => {
    let now = 0;
    const clock = { ...world.deps.clock, now: () => (now += 1_000) };
    expect(await lookAtChains(world.deps.store, [], { clock, forMs: 500 })).toMatchObject({
      tenants: 1,
      left: 1,
      problems: [],
    });
  });

  it("OPS-4: an anchor that is gone, or speaks with another key, is told", async () => {
    const [line = ""] = (await readFile(world.anchor, "utf8")).split("\n");
    await writeFile(world.anchor, `${changed(line, (it) => void (it["key"] = "0".repeat(16)))}\n`);
    expect((await look()).problems).toEqual([expect.stringContaining("is not by a key of this database")]);
    await rm(world.anchor);
    expect((await look()).problems).toEqual([expect.stringContaining("holds no checkpoint")]);
  });

  it("OPS-4: what is signed and not anchored yet is no missing anchor", async () => {
    await rm(world.anchor);
    attack("update audit_checkpoints set anchored = 0");
    expect((await look()).problems).toEqual([]);
  });
});
