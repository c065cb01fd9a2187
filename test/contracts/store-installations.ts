// Where the Slack app is installed.

import { expect, it } from "vitest";
import type { StoreCase } from "./store-contract.ts";
import { t0 } from "./store-rows.ts";

export function installationSuite(current: StoreCase): void {
  const row = (team: string, botToken = `sealed-${team}`) => ({
    team,
    orgWide: false,
    botToken,
    botUser: "UBOT",
    botId: "B1",
    scopes: ["chat:write", "commands"],
    installedBy: "U1",
    installedAt: t0,
  });
  const save = (value: ReturnType<typeof row>) =>
    current.store.write((tx) => tx.slackInstallations.save(value));
  const find = (team: string) => current.store.read((tx) => tx.slackInstallations.find(team));
  const revoke = (team: string, sealed: string) =>
    current.store.write((tx) => tx.slackInstallations.revoke(team, sealed, "app_uninstalled", t0 + 1));

  it("gives back what was saved, absent members left out", async () => {
    const whole = { ...row("T2"), enterprise: "E1", appId: "A1", orgWide: true };
    await save(row("T1"));
    await save(whole);

    expect(await find("T1")).toEqual(row("T1"));
    expect(await find("T2")).toEqual(whole);
    expect(await find("T3")).toBeUndefined();
    expect((await current.store.read((tx) => tx.slackInstallations.list())).map(({ team }) => team)).toEqual([
      "T1",
      "T2",
    ]);
  });

  it("destroys the token of a revoked installation and says why, once", async () => {
    await save(row("T1"));

    expect(await revoke("T1", "sealed-T1")).toBe(true);
    expect(await revoke("T1", "sealed-T1")).toBe(false);
    const { botToken: _gone, ...rest } = row("T1");
    expect(await find("T1")).toEqual({ ...rest, revokedAt: t0 + 1, why: "app_uninstalled" });
  });

  it("leaves the token of a newer installation alone", async () => {
    await save(row("T1"));
    await save(row("T1", "sealed-again"));

    expect(await revoke("T1", "sealed-T1")).toBe(false);
    expect((await find("T1"))?.botToken).toBe("sealed-again");
  });

  it("is as new when it is installed again after a revocation", async () => {
    await save(row("T1"));
    await revoke("T1", "sealed-T1");
    await save(row("T1", "sealed-again"));

    expect(await find("T1")).toEqual(row("T1", "sealed-again"));
  });
}
