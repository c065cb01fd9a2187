// What `deputy doctor` sees of the chains (OPS-4).

import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookAtChains } from "../../src/audit/look.ts";
import { type AuditWorld, changed, startAuditWorld } from "./audit-world.ts";

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

  it("OPS-4: says how many events end as they should, with the word of their anchor", async () => {
    expect(await look()).toEqual({ tenants: 1, events: 7, anchors: 1, problems: [] });
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
    expect((await look()).problems).toEqual([expect.stringContaining("the end was cut off")]);
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
