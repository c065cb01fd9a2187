import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../../src/tools/mcp/program.ts";

describe("tools/mcp/integrity", () => {
  let folder: string;
  let script: string;
  let modules: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-integrity-"));
    modules = path.join(folder, "node_modules");
    script = path.join(modules, "a-server/index.js");
    await mkdir(path.join(modules, "a-server"), { recursive: true });
    await mkdir(path.join(modules, "left"));
    await writeFile(script, "serve()");
    await writeFile(path.join(modules, "left/pad.js"), "pad()");
    await symlink("../a-server/index.js", path.join(modules, "left/link"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const config = (): string => path.join(folder, "rules.json");
  const found = (integrity: string | Record<string, string>, ...more: readonly string[]) =>
    findProgram({ server: "it", command: "/usr/bin/env", args: ["node", script, ...more], integrity });
  /** As the sentence that refuses it says. */
  const meant = async (...more: readonly string[]): Promise<Record<string, string>> => {
    const said = await found({}, ...more).then(
      () => "",
      (error: Error) => error.message,
    );
    return Object.fromEntries(
      [...said.matchAll(/(\/\S+): (sha512-[\w+/=]+)/g)].map(([, at = "", digest = ""]) => [at, digest]),
    );
  };

  it("IN1: one digest is of the program's file alone", async () => {
    const digest = `sha512-${createHash("sha512").update("serve()").digest("base64")}`;
    await writeFile(path.join(modules, "left/pad.js"), "steal()");
    expect(await found(digest)).toEqual({ file: script, shown: [modules] });
    await expect(found("sha512-AAAA")).rejects.toThrow(digest);
  });

  it("IN1: a block has to cover everything that is shown, and says what to write", async () => {
    await writeFile(config(), "{}");
    const digests = await meant(config());
    expect(Object.keys(digests)).toEqual([modules, config()]);
    expect(await found(digests, config())).toEqual({ file: script, shown: [modules, config()] });
    const { [config()]: _one, ...others } = digests;
    await expect(found(others, config())).rejects.toThrow(
      /says nothing of what the server is shown: \S+rules.json/,
    );
    await writeFile(config(), '{"all": true}');
    await expect(found(digests, config())).rejects.toThrow(/rules.json is not the file or folder/);
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ["another dependency's code", () => writeFile(path.join(modules, "left/pad.js"), "steal()")],
    ["one more file", () => writeFile(path.join(modules, "left/more.js"), "")],
    [
      "a file under another name",
      () => rename(path.join(modules, "left/pad.js"), path.join(modules, "left/pod.js")),
    ],
    [
      "a link that leads elsewhere",
      async () => {
        await rm(path.join(modules, "left/link"));
        await symlink("/etc/passwd", path.join(modules, "left/link"));
      },
    ],
    ["a file that may be executed now", () => chmod(path.join(modules, "left/pad.js"), 0o755)],
    ["an empty folder", () => mkdir(path.join(modules, "left/.bin"))],
    [
      "as much code with its old time",
      async () => {
        const pad = path.join(modules, "left/pad.js");
        await writeFile(pad, "pxd()");
        await utimes(pad, 1, 1);
      },
    ],
  ])("IN2 IN3: sees %s in a folder", async (_what, change) => {
    await utimes(path.join(modules, "left/pad.js"), 1, 1);
    const digests = await meant();
    expect(Object.keys(digests)).toEqual([modules]);
    expect(await found(digests)).toMatchObject({ file: script });
    await change();
    await expect(found(digests)).rejects.toThrow(/node_modules is not the file or folder/);
  });

  it("IN3: a program that is named by a link is looked at again when what the link leads to has changed", async () => {
    const link = path.join(folder, "server.js");
    const real = path.join(folder, "server-1.js");
    await writeFile(real, "serve()");
    await symlink(real, link);
    const start = (integrity: string) =>
      findProgram({ server: "it", command: "/usr/bin/env", args: ["node", link], integrity });
    const digest = `sha512-${createHash("sha512").update("serve()").digest("base64")}`;
    expect(await start(digest)).toMatchObject({ file: link });
    await writeFile(real, "steal()");
    await expect(start(digest)).rejects.toThrow(/server.js is not the file or folder/);
  });

  it("IN2: a folder that is a link is what it leads to", async () => {
    const elsewhere = path.join(folder, "store");
    await rename(modules, elsewhere);
    await symlink(elsewhere, modules);
    const digests = await meant();
    expect(Object.keys(digests)).toEqual([modules]);
    expect(await found(digests)).toMatchObject({ shown: [modules] });
    await writeFile(path.join(elsewhere, "left/pad.js"), "steal()");
    await expect(found(digests)).rejects.toThrow(/node_modules is not the file or folder/);
  });

  it("what the block names has to be there", async () => {
    await expect(found({ ...(await meant()), "/no/such": "sha512-AAAA" })).rejects.toThrow(
      /there is no \/no\/such/,
    );
  });
});
