import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import { recordRejections } from "../../src/gateway/rejections.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

describe("gateway/rejections", () => {
  let folder: string;
  let store: Store;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-rejections-"));
    store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  it("RJ1, AUD-1: has one event for a flood of one kind, and one more that counts the rest", async () => {
    const clock = createManualClock();
    const reject = recordRejections(store, { clock, log: silentLogger });
    const data = async (): Promise<unknown[]> => {
      const rows = await store.read((tx) => tx.audit.list(asTenantId("local"), 0, 100));
      return rows.map(({ line }): unknown => {
        const event: { readonly data: unknown } = JSON.parse(line);
        return event.data;
      });
    };

    for (let i = 0; i < 50; i += 1) reject("slack", "signature");
    reject("slack", "foreign-team");
    const first = [
      { platform: "slack", why: "signature", count: 1 },
      { platform: "slack", why: "foreign-team", count: 1 },
    ];
    await vi.waitFor(async () => expect(await data()).toEqual(first));
    await clock.advance(10_000);
    await vi.waitFor(async () =>
      expect(await data()).toEqual([...first, { platform: "slack", why: "signature", count: 49 }]),
    );
  });
});
