// What is looked at before anything starts (OPS-4).

import { rm } from "node:fs/promises";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkStart } from "../../src/app/check-start.ts";
import { type LogFields, type Logger, silentLogger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { type AuditWorld, startAuditWorld } from "../audit/audit-world.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { folderWith } from "./folder-with.ts";

describe("app/check-start", () => {
  let at: AuditWorld;
  let folders: string[];
  let errors: string[];
  beforeEach(async () => {
    errors = [];
    folders = [];
    at = await startAuditWorld();
    await at.append(5);
    await at.checkpoint();
    await at.append(2);
  });
  afterEach(async () => {
    await at.end();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  const log: Logger = {
    ...silentLogger,
    error: (message: string, fields?: LogFields) => void errors.push(`${message} ${JSON.stringify(fields)}`),
  };
  const start = async (more = ""): Promise<void> => {
    const folder = await folderWith(`security: { audit_anchor: ["${at.anchor}"]${more} }`);
    folders.push(folder);
    const config = loadConfig({ env: { DEPUTY_DATA: folder }, cwd: folder });
    await checkStart(config, { store: at.deps.store, world: { clock: createManualClock(at.deps.now), log } });
  };
  const attack = (...statements: readonly string[]): void => {
    const db = new Database(path.join(path.dirname(path.dirname(at.anchor)), "deputy.db"));
    const triggers = db.prepare("select name from sqlite_master where type = 'trigger'").pluck().all();
    for (const name of triggers) db.exec(`drop trigger "${String(name)}"`);
    for (const statement of statements) db.exec(statement);
    db.close();
  };

  it("starts on a record that is what was written", async () => {
    await start();
    expect(errors).toEqual([]);
  });

  it("AS1, OPS-4: starts nothing on a record whose end was altered, and says what to do", async () => {
    attack(`update audit_events set line = replace(line, '"i":1', '"i":9') where seq = 7`);
    await expect(start()).rejects.toMatchObject({
      code: "app.audit_broken",
      message: expect.stringMatching(/event 7 is not what its hash says.*audit_broken: warn/s),
    });
  });

  it("AS1: starts all the same where the operator says so, and tells it", async () => {
    attack("delete from audit_events where seq > 6");
    await start(", audit_broken: warn");
    expect(errors.join()).toContain("its events end at 6, and its head says 7");
  });

  it("AS1: an anchor file that is empty here may be another machine's: no error", async () => {
    await rm(at.anchor);
    await start();
    expect(errors).toEqual([]);
  });

  it("AS1: an anchor that says otherwise is told, and stops nothing", async () => {
    attack(
      "delete from audit_events where seq > 3",
      "update audit_heads set seq = 3, hash = (select hash from audit_events where seq = 3)",
      "delete from audit_checkpoints",
    );
    await start();
    expect(errors.join()).toContain("the end was cut off");
  });
});
