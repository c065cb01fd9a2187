import { mkdir, readdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Failpoints, noFailpoints } from "../../src/base/failpoints.ts";
import type { Manifest } from "../../src/domain/manifest.ts";
import type { Workspace } from "../../src/workspace/contract.ts";
import { WorkspaceError } from "../../src/workspace/errors.ts";
import { createGate } from "../fakes/gate.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { address, rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

function codeOf(error: unknown): string {
  return error instanceof WorkspaceError ? error.code : "unknown";
}

describe.each(["descriptor", "checked"] as const)("workspace/workspaces (%s)", (confinement) => {
  const clock = createManualClock();
  let temporary: TemporaryWorkspaces;
  let opened: Workspace[];

  beforeEach(async () => {
    opened = [];
    temporary = await temporaryWorkspaces({ confinement, now: () => clock.now(), failpoints: noFailpoints });
  });

  afterEach(async () => {
    await Promise.all(opened.map((workspace) => workspace.close()));
    await temporary.remove();
  });

  async function takeOver(manifest: Manifest | undefined, epoch: number): Promise<Workspace> {
    const workspace = await temporary.workspaces.takeOver(address, manifest, epoch);
    opened.push(workspace);
    return workspace;
  }

  async function textOf(workspace: Workspace, path: string): Promise<string> {
    return (await workspace.readText(path, 1000)).text;
  }

  async function committed(): Promise<{ holder: Workspace; manifest: Manifest }> {
    const holder = await temporary.open();
    await holder.write("data/a.txt", "committed");
    const snapshot = await holder.snapshot(undefined);
    if (snapshot === undefined) throw new Error("no version");
    return { holder, manifest: snapshot.manifest };
  }

  it("makes the folder when it is first opened, and keeps it", async () => {
    await (await temporary.open()).write("a.txt", "1");

    expect(await textOf(await temporary.open(), "a.txt")).toBe("1");
    expect(temporary.workspaces.pathOf(address)).toBe(
      join(temporary.folder, "workspaces", "local", "thread-1", "files"),
    );
  });

  it.each([
    { tenant: "..", workspace: "x" },
    { tenant: "local", workspace: "../other" },
    { tenant: "local", workspace: "" },
    { tenant: "a/b", workspace: "x" },
    { tenant: "local", workspace: ".stale" },
  ])("refuses the address %j", async (bad) => {
    expect(await rejection(temporary.workspaces.open(bad))).toMatchObject({ code: "workspace.bad_name" });
    expect(await rejection(temporary.workspaces.takeOver(bad, undefined, 1))).toMatchObject({
      code: "workspace.bad_name",
    });
  });

  it("keeps the workspaces of conversations apart", async () => {
    await (await temporary.open()).write("a.txt", "1");
    const other = await temporary.workspaces.open({ tenant: "local", workspace: "thread-2" });
    opened.push(other);

    expect(await other.list("", 9)).toEqual([]);
  });

  it("makes the folder of a new owner from the committed version", async () => {
    const { holder, manifest } = await committed();
    await holder.write("data/a.txt", "never committed");
    await holder.write("half.txt", "never committed");

    const owner = await takeOver(manifest, 2);

    expect((await owner.list("", 9)).map((entry) => entry.path)).toEqual(["data", "data/a.txt"]);
    expect(await textOf(owner, "data/a.txt")).toBe("committed");
  });

  it("gives a new owner an empty folder where nothing was ever committed", async () => {
    await (await temporary.open()).write("a.txt", "1");

    expect(await (await takeOver(undefined, 2)).list("", 9)).toEqual([]);
  });

  it("F3: a zombie's handle reaches nothing of the new owner's", async () => {
    const { holder: zombie, manifest } = await committed();
    const owner = await takeOver(manifest, 2);
    await owner.write("data/a.txt", "the new owner's");

    await zombie.write("data/a.txt", "the zombie's").catch(() => undefined);
    await zombie.write("zombie.txt", "x").catch(() => undefined);
    await zombie.remove("data").catch(() => undefined);
    const seen = await zombie.readText("data/a.txt", 100).catch(() => undefined);

    expect(seen?.text).not.toBe("the new owner's");
    expect((await owner.list("", 9)).map((entry) => entry.path)).toEqual(["data", "data/a.txt"]);
    expect(await textOf(owner, "data/a.txt")).toBe("the new owner's");
    expect(await textOf(await temporary.open(), "data/a.txt")).toBe("the new owner's");
  });

  it("F3: leaves everything as it was when a blob of the version is missing", async () => {
    const { holder } = await committed();

    expect(await rejection(takeOver([{ path: "a", sha256: "0".repeat(64), sizeBytes: 1 }], 2))).toMatchObject(
      { code: "workspace.blob_missing" },
    );

    expect(await textOf(holder, "data/a.txt")).toBe("committed");
    expect(await textOf(await temporary.open(), "data/a.txt")).toBe("committed");
  });

  it("F4: the next opening finishes a takeover that was cut short after the old folder went", async () => {
    const { manifest } = await committed();
    await takeOver(manifest, 2);
    const home = dirname(temporary.files);
    await mkdir(join(home, ".staging", "next-1000-older"));
    await rename(temporary.files, join(home, ".staging", "next-2000-newer"));
    clock.jump(7_200_000);

    expect(await textOf(await temporary.open(), "data/a.txt")).toBe("committed");
  });

  it.runIf(confinement === "descriptor")("F5: of several takeovers at once exactly one wins", async () => {
    const { manifest } = await committed();
    for (let round = 0; round < 10; round += 1) {
      // Each has seen the folder before any exchanges it.
      const together = createGate();
      let ready = 0;
      const meeting: Failpoints = async (name) => {
        if (name !== "workspace.before-swap") return;
        ready += 1;
        if (ready === 3) together.open();
        await together.opened;
      };
      const outcomes = await Promise.allSettled(
        [1, 2, 3].map(async (epoch) => {
          const won = await temporary.again({ failpoints: meeting }).takeOver(address, manifest, epoch);
          opened.push(won);
        }),
      );

      const codes = outcomes.map((outcome) =>
        outcome.status === "fulfilled" ? "won" : codeOf(outcome.reason),
      );
      expect(codes.toSorted()).toEqual(["won", "workspace.taken_over", "workspace.taken_over"]);
    }
    expect(await textOf(await temporary.open(), "data/a.txt")).toBe("committed");
  });

  it("keeps the folder of a former owner for an hour, then sweeps it", async () => {
    const { manifest } = await committed();
    await takeOver(manifest, 2);
    expect((await temporary.leftovers()).stale).toEqual([expect.stringMatching(/^2-/)]);

    clock.jump(3_599_000);
    await temporary.open();
    expect((await temporary.leftovers()).stale).toHaveLength(1);

    clock.jump(2_000);
    await temporary.open();
    expect((await temporary.leftovers()).stale).toEqual([]);
  });

  it("says when the folder of an open workspace is gone", async () => {
    const workspace = await temporary.open();
    await workspace.write("a.txt", "1");
    await rm(temporary.files, { recursive: true });

    expect(await rejection(workspace.write("a.txt", "2"))).toHaveProperty(
      "code",
      expect.stringMatching(/^workspace\./),
    );
    expect(await rejection(workspace.readText("a.txt", 10))).toHaveProperty(
      "code",
      expect.stringMatching(/^workspace\./),
    );
  });

  it("clears what nobody has touched since, links and odd names too, and leaves what is newer", async () => {
    const held = await temporary.open();
    await held.write("a/b/old.txt", "old");
    await symlink(temporary.outside, join(temporary.files, "away"));
    await writeFile(join(temporary.files, "a", "odd\nname"), "odd");
    await mkdir(join(temporary.files, "odd\nfolder"));
    await writeFile(join(temporary.files, "odd\nfolder", "in.txt"), "odd");

    await temporary.workspaces.clear(address, Date.now() - 60_000);
    expect(await readdir(temporary.files)).toHaveLength(3);
    await temporary.workspaces.clear(address, Date.now() + 60_000);
    expect(await readdir(temporary.files)).toEqual([]);
    expect(await temporary.outsideIsUntouched()).toBe(true);
    await held.write("new.txt", "new");
    expect((await held.readText("new.txt", 100)).text).toBe("new");
    await temporary.workspaces.clear({ ...address, workspace: "never-there" }, Date.now());
  });
});
