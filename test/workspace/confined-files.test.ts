// The attacks of security A14 against every way to reach a file, under both kinds of confinement.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { link, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Workspace } from "../../src/workspace/contract.ts";
import { rejection, type TemporaryWorkspaces, temporaryWorkspaces } from "./temporary-workspaces.ts";

const ways: readonly (readonly [string, (workspace: Workspace, path: string) => Promise<unknown>])[] = [
  ["read", (workspace, path) => workspace.read(path, 0, 100)],
  ["readText", (workspace, path) => workspace.readText(path, 100)],
  ["stat", (workspace, path) => workspace.stat(path)],
  ["write", (workspace, path) => workspace.write(path, "OVERWRITTEN")],
  ["writeStream", (workspace, path) => workspace.writeStream(path, oneChunk())],
  ["walk", (workspace, path) => walked(workspace, path)],
];
const listing: (typeof ways)[number] = ["list", (workspace, path) => workspace.list(path, 3)];
const removing: (typeof ways)[number] = ["remove", (workspace, path) => workspace.remove(path)];
const folderWays: typeof ways = [...ways, listing, removing];

async function* oneChunk(): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from("OVERWRITTEN"));
}

async function walked(workspace: Workspace, path: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of workspace.walk(path)) paths.push(entry.path);
  return paths;
}

describe.each(["descriptor", "checked"] as const)("SBX-6: workspace/confined-files (%s)", (confinement) => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces({ confinement });
    workspace = await temporary.open();
  });

  afterEach(() => temporary.remove());

  it.each(folderWays)("F1: %s refuses paths that say they lead outside", async (_way, act) => {
    for (const path of [
      "../../../../outside/secret.txt",
      "a/../../x",
      join(temporary.outside, "secret.txt"),
    ]) {
      expect(await rejection(act(workspace, path))).toMatchObject({ code: "workspace.outside" });
    }
  });

  it.each(folderWays)("%s refuses names that can't be", async (_way, act) => {
    for (const path of ["a\nb", "a\0b", "x".repeat(10_000)]) {
      expect(await rejection(act(workspace, path))).toMatchObject({ code: "workspace.bad_name" });
    }
  });

  it.each(ways)("F1: %s refuses a link to a file", async (_way, act) => {
    await symlink(join(temporary.outside, "secret.txt"), join(temporary.files, "innocent.txt"));

    const error = await rejection(act(workspace, "innocent.txt"));

    expect(error).toMatchObject({ code: "workspace.outside" });
    expect(error.message).toContain('"innocent.txt"');
  });

  it.each(folderWays)("F1: %s refuses a path through a link to a folder", async (_way, act) => {
    await symlink(temporary.outside, join(temporary.files, "reports"));

    expect(await rejection(act(workspace, "reports/secret.txt"))).toMatchObject({
      code: "workspace.outside",
    });
  });

  it.each([...ways, listing])("F1: %s refuses a link to a folder itself", async (_way, act) => {
    await symlink(temporary.outside, join(temporary.files, "reports"));

    expect(await rejection(act(workspace, "reports"))).toMatchObject({ code: "workspace.outside" });
  });

  it.each(ways)("F1: %s refuses a hard link", async (_way, act) => {
    await link(join(temporary.outside, "secret.txt"), join(temporary.files, "copy.txt"));

    expect(await rejection(act(workspace, "copy.txt"))).toMatchObject({ code: "workspace.outside" });
  });

  it.each(ways)("%s refuses a pipe without waiting for it", async (_way, act) => {
    execFileSync("mkfifo", [join(temporary.files, "pipe")]);

    const error = await rejection(act(workspace, "pipe"));

    expect(error).toMatchObject({ code: "workspace.not_a_file" });
    expect(error.message).toContain("pipe");
  });

  it.runIf(process.getuid?.() === 0).each(ways)("%s refuses a device", async (_way, act) => {
    execFileSync("mknod", [join(temporary.files, "zero"), "c", "1", "5"]);

    expect(await rejection(act(workspace, "zero"))).toMatchObject({ code: "workspace.not_a_file" });
  });

  it("removes a link and leaves alone what it leads to", async () => {
    await symlink(temporary.outside, join(temporary.files, "reports"));
    await mkdir(join(temporary.files, "tree"));
    await symlink(temporary.outside, join(temporary.files, "tree", "deep"));
    await link(join(temporary.outside, "secret.txt"), join(temporary.files, "tree", "hard"));

    await workspace.remove("reports");
    await workspace.remove("tree");

    expect(await workspace.list("", 9)).toEqual([]);
  });

  it("passes over links and pipes when it lists, walks and takes versions", async () => {
    await symlink(join(temporary.outside, "secret.txt"), join(temporary.files, "a"));
    await symlink(temporary.outside, join(temporary.files, "b"));
    await link(join(temporary.outside, "secret.txt"), join(temporary.files, "c"));
    execFileSync("mkfifo", [join(temporary.files, "d")]);
    await writeFile(join(temporary.files, "odd\nname"), "x");
    await writeFile(join(temporary.files, "plain"), "x");

    expect((await workspace.list("", 9)).map((entry) => entry.path)).toEqual(["c", "plain"]);
    expect(await walked(workspace, "")).toEqual(["c", "plain"]);
    expect((await workspace.snapshot(undefined))?.manifest.map((file) => file.path)).toEqual(["plain"]);
  });

  it("names what stands in the way of a path", async () => {
    await workspace.write("notes", "x");
    await workspace.write("folder/x", "x");

    expect(await rejection(workspace.write("notes/x", "y"))).toMatchObject({
      code: "workspace.not_a_folder",
    });
    expect(await rejection(workspace.list("notes", 1))).toMatchObject({ code: "workspace.not_a_folder" });
    expect(await rejection(workspace.write("folder", "y"))).toMatchObject({ code: "workspace.not_a_file" });
    expect(await rejection(workspace.read("folder", 0, 1))).toMatchObject({ code: "workspace.not_a_file" });
    expect(await rejection(workspace.read("", 0, 1))).toMatchObject({ code: "workspace.not_a_file" });
    expect(await rejection(workspace.read("absent/x", 0, 1))).toMatchObject({ code: "workspace.not_found" });
    expect(await rejection(workspace.stat("absent"))).toMatchObject({ code: "workspace.not_found" });
  });
});

// A process of its own exchanges the folder for a link to the outside, and back, as fast as it can. Tests go on until they have also
// met it at home: that process may not get its turn for a while.
const swapper = `
  const { renameSync, symlinkSync, unlinkSync } = require("node:fs");
  const [folder, outside] = process.argv.slice(1);
  const tried = (act) => { try { act(); } catch {} };
  process.stdout.write("swapping");
  for (let i = 0; ; i += 1) {
    tried(() => renameSync(folder, folder + i));
    tried(() => symlinkSync(outside, folder));
    tried(() => unlinkSync(folder));
    tried(() => renameSync(folder + i, folder));
  }
`;

describe.runIf(process.platform === "linux")("SBX-6: workspace/confined-files (races)", () => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;
  let swapping: ChildProcess;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces({ confinement: "descriptor" });
    workspace = await temporary.open();
    await workspace.write("reports/secret.txt", "mine");
    swapping = spawn("node", ["-e", swapper, join(temporary.files, "reports"), temporary.outside], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (swapping.stdout) await once(swapping.stdout, "data");
  });

  afterEach(async () => {
    const ended = once(swapping, "exit");
    swapping.kill("SIGKILL");
    await ended;
    await temporary.remove();
  });

  it("F1: never reads through a folder that is exchanged for a link", async () => {
    const seen: string[] = [];
    for (let i = 0; i < 500 || !seen.includes("mine"); i += 1) {
      seen.push(
        await workspace.readText("reports/secret.txt", 100).then(
          ({ text }) => text,
          () => "refused",
        ),
      );
    }

    expect(seen).toContain("mine");
    expect(seen.filter((one) => one !== "mine" && one !== "refused")).toEqual([]);
  });

  it("F1: never writes, makes or removes through a folder that is exchanged for a link", async () => {
    let written = 0;
    const count = (): void => void (written += 1);
    for (let i = 0; i < 500 || written === 0; i += 1) {
      await workspace.write("reports/secret.txt", "mine").then(count, () => undefined);
      await workspace.write(`reports/sub${i}/new.txt`, "mine").then(count, () => undefined);
      await workspace.remove("reports/secret.txt").catch(() => undefined);
    }

    expect(written).toBeGreaterThan(0);
    expect(await temporary.outsideIsUntouched()).toBe(true);
  });

  it("F1: never lists or versions through a folder that is exchanged for a link", async () => {
    const seen: string[] = [];
    const atHome = (line: string): boolean => line.endsWith("secret.txt 4");
    for (let i = 0; i < 200 || !seen.some(atHome); i += 1) {
      const version = await workspace.snapshot(undefined);
      seen.push(...(version?.manifest ?? []).map((file) => `${file.path} ${file.sizeBytes}`));
      seen.push(...(await workspace.list("", 3)).map((entry) => `${entry.path} ${entry.sizeBytes}`));
    }

    expect(seen.some(atHome)).toBe(true);
    expect(seen.filter((line) => line.endsWith("secret.txt 6"))).toEqual([]);
  });
});

// Here it is the file itself that comes and goes as a hard link to the secret, and as a link.
const fileSwapper = `
  const { linkSync, renameSync, symlinkSync, writeFileSync } = require("node:fs");
  const [file, secret, aside] = process.argv.slice(1);
  process.stdout.write("swapping");
  for (;;) {
    linkSync(secret, aside + 1);
    symlinkSync(secret, aside + 2);
    writeFileSync(aside + 3, "mine");
    for (const next of [1, 2, 3]) renameSync(aside + next, file);
  }
`;

describe.runIf(process.platform === "linux")("SBX-6: workspace/confined-files (races for a file)", () => {
  let temporary: TemporaryWorkspaces;
  let workspace: Workspace;
  let swapping: ChildProcess;

  beforeEach(async () => {
    temporary = await temporaryWorkspaces({ confinement: "descriptor" });
    workspace = await temporary.open();
    await workspace.write("a.txt", "mine");
    const paths = [
      join(temporary.files, "a.txt"),
      join(temporary.outside, "secret.txt"),
      `${temporary.files}-aside`,
    ];
    swapping = spawn("node", ["-e", fileSwapper, ...paths], { stdio: ["ignore", "pipe", "inherit"] });
    if (swapping.stdout) await once(swapping.stdout, "data");
  });

  afterEach(async () => {
    const ended = once(swapping, "exit");
    swapping.kill("SIGKILL");
    await ended;
    await temporary.remove();
  });

  it("P1: never reads or versions a file that is exchanged for links", async () => {
    const read = (): Promise<string> =>
      workspace.readText("a.txt", 100).then(
        ({ text }) => text,
        () => "refused",
      );
    const seen: string[] = [];
    for (let i = 0; i < 500 || !seen.includes("mine"); i += 1) {
      seen.push(...(await Promise.all([read(), read(), read(), read(), read(), read()])));
      const version = await workspace.snapshot(undefined);
      seen.push(...(version?.manifest ?? []).map((file) => `${file.sizeBytes} bytes`));
    }

    expect(seen).toContain("mine");
    expect(seen.filter((one) => one === "SECRET" || one === "6 bytes")).toEqual([]);
  });
});
