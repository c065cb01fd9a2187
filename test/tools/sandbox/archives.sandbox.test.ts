// Archives that want to be somewhere else, unpacked by a command (SBX-7): whatever they do, they do it inside; what they leave
// is refused by everything outside.

import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSandboxWorld, type SandboxWorld } from "./sandbox-world.ts";

const tar = (entries: string): string => `python3 - <<'PY'
import io, tarfile
def entry(name, kind=tarfile.REGTYPE, link="", data=b"evil"):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = kind, link, 0o777
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    t.addfile(info, io.BytesIO(data))
with tarfile.open("evil.tar", "w") as t:
${entries.replaceAll(/^/gm, "    ")}
PY
tar -xPf evil.tar; rm -f evil.tar; python3 -c 'import sys' ; true`;

describe("sandbox: archives", () => {
  let world: SandboxWorld;

  beforeAll(async () => {
    world = await openSandboxWorld({
      quota: { maxBytes: 20_000_000, maxFiles: 300, maxFileBytes: 10_000_000 },
    });
  });

  afterAll(() => world.close());

  it.each([
    ["above", (outside: string) => `entry("../../../../..${outside}/new.txt")\nentry("../up.txt")`],
    ["at a path of the machine", (outside: string) => `entry("${outside}/new.txt")\nentry("/usr/bin/new")`],
    [
      "behind a link of their own",
      (outside: string) =>
        `entry("d", tarfile.SYMTYPE, "${outside}")\nentry("d/new.txt")\nentry("d/secret.txt")`,
    ],
    [
      "in what a hard link leads to",
      (outside: string) => `entry("h", tarfile.LNKTYPE, "${outside}/secret.txt")\nentry("h")`,
    ],
    [
      "in a device",
      () => 'entry("disk", tarfile.BLKTYPE)\nentry("tty", tarfile.CHRTYPE)\nentry("p", tarfile.FIFOTYPE)',
    ],
    ["in the runtime's folder", () => 'entry(".deputy/notes.md")\nentry(".deputy", tarfile.SYMTYPE, "/tmp")'],
  ])("SBX-7: entries %s change nothing outside", async (_where, entries) => {
    await world.run(`rm -rf -- * && ${tar(entries(world.temporary.outside))}`);

    expect(await world.temporary.outsideIsUntouched()).toBe(true);
    expect(await readdir("/usr/bin")).not.toContain("new");
    expect(await readdir(`${world.temporary.files}/..`)).not.toContain("up.txt");
    expect(await readdir(`${world.temporary.files}/.deputy`)).toEqual([]);
    for (const path of ["d/secret.txt", "d/new.txt", "h", "p", "disk"])
      expect(await world.workspace.read(path, 0, 100).catch(() => "refused")).toSatisfy(
        (found) => found === "refused" || String(found) === "evil",
      );
  });

  it.each([
    [
      "one that becomes large",
      'import zipfile\nwith zipfile.ZipFile("/tmp/b.zip", "w", zipfile.ZIP_DEFLATED) as z:\n  for i in range(8): z.writestr(str(i), bytes(5_000_000))',
    ],
    [
      "one of very many files",
      'import zipfile\nwith zipfile.ZipFile("/tmp/b.zip", "w") as z:\n  for i in range(1000): z.writestr(str(i), b"")',
    ],
  ])("SBX-7: %s ends with the workspace's limits", async (_what, code) => {
    const { text } = await world.run(
      `rm -rf -- *; python3 -c '${code}' && python3 -m zipfile -e /tmp/b.zip out; sleep 5`,
    );
    expect(text).toMatch(/the workspace is full/);
  });
});
