import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createLivePolicy, type LivePolicy } from "../../src/app/live-policy.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const tenant = asTenantId("local");
const withRule = (name: string, more = ""): string =>
  `policy:\n  - { name: ${name}, decision: deny${more} }\n`;

describe("app/live-policy", () => {
  let folder: string;
  let store: Store;
  let policy: LivePolicy | undefined;
  const clock = createManualClock();
  let errors: unknown[];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-policy-"));
    store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    errors = [];
    await write(withRule("first"), 1);
  });
  afterEach(async () => {
    policy?.stop();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function write(text: string, second: number): Promise<void> {
    const file = path.join(folder, "deputy.config.yml");
    await writeFile(file, text);
    await utimes(file, second, second);
  }
  function start(): LivePolicy {
    const config = loadConfig({ env: {}, cwd: folder });
    const log = { ...silentLogger, error: (...said: unknown[]) => void errors.push(said) };
    policy = createLivePolicy({ config, world: { clock, log }, store });
    return policy;
  }
  const names = (): string[] => policy?.current().source.rules.map(({ name }) => name) ?? [];
  const events = async (): Promise<Record<string, unknown>[]> =>
    (await store.read((tx) => tx.audit.list(tenant, 0, 10))).map(({ line }) => JSON.parse(line));

  it("POL-4: a good file is taken over and recorded, a bad one changes nothing", async () => {
    const first = start().current().version;
    await policy?.reread();

    await write(withRule("second"), 2);
    await policy?.reread();
    expect(names()).toEqual(["second"]);

    for (const bad of [
      withRule("third", ", examples: { no_match: [{ tool: a }] }"),
      withRule("third", ", decisoin: ask"),
      "policy: [",
    ]) {
      await write(bad, 3);
      await policy?.reread();
      expect(names()).toEqual(["second"]);
    }
    await rm(path.join(folder, "deputy.config.yml"));
    await policy?.reread();
    expect(names()).toEqual(["second"]);

    expect(errors).toHaveLength(4);
    expect(await events()).toMatchObject([
      {
        type: "config.changed",
        actor: "system",
        digest: policy?.current().version,
        data: { before: first, rules: 1 },
      },
    ]);
  });

  it("POL-4: a change is seen without a signal", async () => {
    start();
    await write(withRule("second"), 2);

    await vi.waitFor(async () => {
      await clock.advance(3_000);
      expect(names()).toEqual(["second"]);
    });
  });

  it("LP2: rules that can't be recorded are not taken over", async () => {
    start();
    await policy?.reread();
    await store.close();
    await write(withRule("second"), 2);
    await policy?.reread();

    expect(names()).toEqual(["first"]);
    expect(errors).toHaveLength(1);
  });

  it("POL-4: at the start a failing example is an error that names the rule", async () => {
    await write(withRule("broken", ", examples: { no_match: [{ tool: a }] }"), 2);

    expect(start).toThrow(/Rule "broken": example 1 under no_match/);
  });
});
