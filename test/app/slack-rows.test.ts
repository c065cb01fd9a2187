import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSlackRows } from "../../src/app/slack-rows.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import type { InstallationRows } from "../../src/chat/slack/install/stored-installations.ts";
import type { Store } from "../../src/store/contract.ts";
import { openStore } from "../../src/store/open.ts";
import { createSeal } from "../../src/vault/seal.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const owner = { team: "T0001", orgWide: false, botUser: "UBOT", botId: "B1", scopes: ["commands"] };
const token = new Secret("xoxb-0001-very-secret");
const keyOf = (fill: number): Secret => new Secret(Buffer.alloc(32, fill).toString("base64"));

describe("app/slack-rows", () => {
  let folder: string;
  let store: Store;
  const clock = createManualClock();
  const rowsWith = (key: Secret): InstallationRows =>
    createSlackRows({ store, seal: createSeal(key, "slack"), clock, log: silentLogger });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-slack-rows-"));
    store = await openStore({ dataFolder: folder, log: silentLogger });
  });
  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("gives back the token that it sealed, and leaves it in no file", async () => {
    await rowsWith(keyOf(1)).save(owner, token, "U1");

    const found = await rowsWith(keyOf(1)).find("T0001");
    expect(found).toMatchObject({ owner, installedAt: clock.now() });
    expect(found?.botToken.reveal()).toBe(token.reveal());
    for (const name of await readdir(folder))
      expect((await readFile(path.join(folder, name))).includes(token.reveal())).toBe(false);
  });

  it("commits what goes with an installation, or neither", async () => {
    const rows = createSlackRows({
      store,
      seal: createSeal(keyOf(1), "slack"),
      clock,
      log: silentLogger,
      alongside: (_, { team, by }) => Promise.reject(new Error(`no room for ${team} by ${by}`)),
    });

    await expect(rows.save(owner, token, "U1")).rejects.toThrow("no room for T0001 by U1");
    expect(await rows.find("T0001")).toBeUndefined();
  });

  it("VA1: does not open a token that was moved to another workspace's row", async () => {
    const rows = rowsWith(keyOf(1));
    await rows.save(owner, token, "U1");
    const sealed = (await rows.find("T0001"))?.version ?? "";
    const row = { ...owner, team: "T0002", botToken: sealed, installedBy: "U1", installedAt: 1 };
    await store.write((tx) => tx.slackInstallations.save(row));

    await expect(rows.find("T0002")).rejects.toMatchObject({ code: "vault.damaged" });
    expect((await rows.list()).map((found) => found.owner.team)).toEqual(["T0001"]);
  });

  it("VA2: says that the master key is another one", async () => {
    await rowsWith(keyOf(1)).save(owner, token, "U1");

    await expect(rowsWith(keyOf(2)).find("T0001")).rejects.toMatchObject({ code: "vault.wrong_key" });
    expect((await rowsWith(keyOf(1)).find("T0001"))?.botToken.reveal()).toBe(token.reveal());
  });

  it("destroys the token of a revoked installation and tells why", async () => {
    const rows = rowsWith(keyOf(1));
    await rows.save(owner, token, "U1");
    const version = (await rows.find("T0001"))?.version ?? "";

    expect(await rows.revoke("T0001", "another", "app_uninstalled")).toBe(false);
    expect(await rows.revoke("T0001", version, "app_uninstalled")).toBe(true);
    expect(await rows.find("T0001")).toBeUndefined();
    expect(await rows.states()).toEqual([{ team: "T0001", revoked: "app_uninstalled" }]);
  });
});
