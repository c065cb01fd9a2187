import { existsSync } from "node:fs";
import { chmod, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { openSandboxWorld, run as runId, type SandboxWorld } from "./sandbox-world.ts";

describe("tools/run_command", () => {
  let world: SandboxWorld;

  beforeEach(async () => {
    world = await openSandboxWorld();
  });

  afterEach(() => world.close());

  it("returns what was printed, both streams in their order, and the exit code", async () => {
    expect((await world.run("echo a; echo b >&2; echo c; exit 3")).text).toMatch(
      /^Exit code 3 \(\d+\.\d s\)\.\n\na\nb\nc\n$/,
    );
    expect((await world.run("true")).text).toMatch(/^Exit code 0 .*\n\nNo output\.$/s);
    expect((await world.run("kill -9 $$")).text).toMatch(/^Exit code 137 /);
    expect((await world.run("if then")).text).toMatch(/^Exit code [12] .*syntax error/s);
  });

  it("works on the files of the workspace, and leaves them to their tools", async () => {
    await world.workspace.write("data/in.csv", "a,b\n1,2\n");

    await world.run("mkdir -p out && wc -l < data/in.csv > out/lines.txt && sed -i s/1/9/ data/in.csv");

    expect((await world.workspace.readText("out/lines.txt", 100)).text.trim()).toBe("2");
    expect((await world.workspace.readText("data/in.csv", 100)).text).toBe("a,b\n9,2\n");
    await world.workspace.write("out/lines.txt", "ours");
    expect(await readFile(join(world.temporary.files, "out/lines.txt"), "utf8")).toBe("ours");
  });

  it("has Python and Node", async () => {
    const { text } = await world.run(
      "python3 -c 'import csv, sqlite3, zlib; print(2 + 3)'; node -e 'console.log(process.version)'",
    );
    expect(text).toContain(`5\n${process.version}`);
  });

  it("keeps a long output in a file, and shows its ends", async () => {
    const { text } = await world.run("seq 1 20000; echo the end");

    expect(text).toMatch(/\n\n1\n2\n3\n/);
    expect(text).toMatch(/the end\n$/);
    expect(text).toContain("the whole output is in .deputy/commands/1.txt");
    expect(text.length).toBeLessThan(8_000);
    const whole = await world.workspace.readText(".deputy/commands/1.txt", 1_000_000);
    expect(whole.text).toMatch(/^1\n2\n[^]*\n19999\n20000\nthe end\n$/);
  });

  it("SBX-1: starts each command afresh", async () => {
    await world.run("export A=1; cd /tmp; touch /tmp/here /tmp/home/there; umask 000");
    expect((await world.run("pwd; echo [$A]; ls -A /tmp /tmp/home")).text).toContain(
      "/workspace\n[]\n/tmp:\nhome\n\n/tmp/home:\n",
    );
  });

  it("refuses a command that can't be one", async () => {
    expect((await world.run("echo \0")).text).toContain("NUL");
    expect((await world.run("")).isError).toBe(true);
  });

  it("SBX-6: says what only commands can use, and versions cope with it", async () => {
    const made =
      "mkdir d; ln -s /etc/passwd d/l; ln -s / d/root; mkfifo d/p; echo x > a; ln a b; touch $'bad\\nname'";
    const { text } = await world.run(`${made}; mkdir locked; echo in > locked/f; chmod 000 locked`);

    expect(text).toContain("2 × link, 2 × hard link, 1 × pipe or socket, 1 × name with characters");
    await world.workspace.write("c.txt", "kept");
    const version = await world.workspace.snapshot(undefined);
    expect(version?.manifest.map(({ path }) => path).filter((path) => !path.startsWith("locked"))).toEqual([
      "c.txt",
    ]);
    for (const path of ["d/l", "d/root/etc/passwd", "d/p", "b"])
      await expect(world.workspace.read(path, 0, 10)).rejects.toMatchObject({ name: "WorkspaceError" });
    await chmod(join(world.temporary.files, "locked"), 0o700);
  });

  it("SBX-2: a link under the name of a control file brings nothing in", async () => {
    await world.workspace.write(".git/HEAD", "ref");
    await symlink(world.temporary.outside, join(world.temporary.files, ".git/hooks"));
    await symlink(join(world.temporary.outside, "secret.txt"), join(world.temporary.files, ".npmrc"));

    const { text } = await world.run("cat .git/hooks/secret.txt .npmrc; echo tried");

    expect(text).toMatch(/tried\n$/);
    expect(text).not.toContain("SECRET");
  });
});

describe("tools/run_command in the background", () => {
  const clock = createManualClock();
  let world: SandboxWorld;

  beforeEach(async () => {
    world = await openSandboxWorld({ clock });
  });

  afterEach(() => world.close());

  /** Puts a command into the background that goes on until `go` is there. */
  async function inBackground(): Promise<string> {
    const running = world.run(
      "echo begun; touch begun; until [ -e go ]; do sleep 0.02; done; echo over; exit 4",
      3_000,
    );
    await expect.poll(() => clock.pending()).toBeGreaterThan(2);
    await expect.poll(() => existsSync(join(world.temporary.files, "begun"))).toBe(true);
    await clock.advance(120_000);
    return (await running).text;
  }

  it("goes on after two minutes, and is waited for with `wait`", async () => {
    expect(await inBackground()).toMatch(
      /^Still running after 120\.0 s, in the background: "echo begun.*begun\n$/s,
    );
    expect((await world.run("ls")).text).toContain("A command is still running");

    await world.workspace.write("go", "");
    expect((await world.run("wait")).text).toMatch(/^Exit code 4 .*begun\nover\n$/s);
    expect((await world.run("ls")).text).toMatch(/^Exit code 0 .*go\n$/s);
  });

  it("ends with `kill %1`, at its timeout, and when the run is stopped", async () => {
    await inBackground();
    expect((await world.run("kill %1")).text).toMatch(/^Ended .*it was stopped/);

    await inBackground();
    await clock.advance(3_000_000);
    expect((await world.run("wait")).text).toMatch(/its time was over/);

    await inBackground();
    world.segment.abort();
    expect((await world.run("wait")).text).toMatch(/it was stopped/);
  });

  it("X3: goes on in the next segment of the run, and obeys its stop", async () => {
    await inBackground();
    await world.sandbox.leave(runId, true);
    const next = world.nextSegment();

    expect((await world.run("ls")).text).toContain("A command is still running");
    next.abort();
    expect((await world.run("wait")).text).toMatch(/it was stopped/);
  });

  it.each([
    ["the run parks or ends", true, false],
    ["the next segment may be anywhere", false, true],
  ])("X3: ends where %s, and the run is told", async (_where, alone, goesOn) => {
    await world.close();
    world = await openSandboxWorld({ clock, alone });
    await inBackground();

    await world.sandbox.leave(runId, goesOn);

    expect((await world.run("wait")).text).toMatch(/There is no command in the background/);
    expect((await world.run("kill %1")).text).toMatch(/There is no command in the background/);
  });
});
