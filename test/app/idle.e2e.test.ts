// What an installation costs while nobody wants anything: counted, not timed.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load-config.ts";

/** A look each second for each of: work, promises, schedules, what was heard, what is unsaid, accounts, brakes, leases. */
const mostInAMinute = 600;
/** Turns that are renewed. */
const mostCommitsInAMinute = 10;

describe("an idle installation", () => {
  let folder: string;
  let asked: string[];
  let app: App | undefined;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-idle-"));
    asked = [];
    // oxlint-disable-next-line typescript/unbound-method -- called with its connection as `this`
    const prepare = Database.prototype.prepare;
    vi.spyOn(Database.prototype, "prepare").mockImplementation(function counting(
      this: Database.Database,
      text: string,
    ) {
      return noting(prepare.call(this, text), () => asked.push(text));
    });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await app?.stop();
    vi.restoreAllMocks();
    await rm(folder, { recursive: true, force: true });
  });

  it("asks its database ten times a second at most, and hardly ever writes", async () => {
    const env = { DEPUTY_DATA: folder, PORT: "0", DEPUTY_MODEL_API: "scripted" };
    app = await startApp({
      config: loadConfig({ env, cwd: folder }),
      role: "all",
      log: { to: { write: () => undefined } },
    });
    await vi.advanceTimersByTimeAsync(5_000);
    asked = [];

    await vi.advanceTimersByTimeAsync(60_000);

    expect(asked.length).toBeGreaterThan(60);
    expect(asked.length).toBeLessThanOrEqual(mostInAMinute);
    expect(asked.filter((text) => text === "commit").length).toBeLessThanOrEqual(mostCommitsInAMinute);
  });
});

function noting<S extends Database.Statement>(statement: S, note: () => void): S {
  for (const way of ["run", "get", "all"] as const) {
    const ask = statement[way].bind(statement);
    Object.defineProperty(statement, way, {
      value(...values: unknown[]) {
        note();
        return ask(...values);
      },
    });
  }
  return statement;
}
