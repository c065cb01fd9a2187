// The command line as real processes on one data folder.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { printed, runDeputy, startDeputy } from "../support/child.ts";
import { openChatPage } from "./chat-page.ts";

let folder: string;
let first: ChildProcess;
let link: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-processes-"));
  first = startDeputy(["start"], { DEPUTY_DATA: folder, PORT: "0" });
  link = (await printed(first, /Local chat: (\S+)/))[1] ?? "";
});
afterAll(async () => {
  first.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("app: processes", () => {
  it("I3 I14: a second one on the same SQLite without Redis is refused with the reason, and the first works on", async () => {
    const second = await runDeputy(["start"], { DEPUTY_DATA: folder, PORT: "0" });

    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/Another Deputy works on .*deputy\.db already.*set REDIS_URL/);
    expect(second.stderr).not.toMatch(/\n\s+at /);
    const page = await openChatPage(link);
    await page.say("@deputy write a note about the second process");
    await expect
      .poll(async () => (await page.messages()).map(({ body }) => body.kind), { timeout: 15_000 })
      .toContain("result");
  });

  it("I14: an unknown command exits with 2 and is named", async () => {
    const finished = await runDeputy(["fly"], { DEPUTY_DATA: folder });

    expect(finished).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("'fly'") });
  });

  it("shows the runs of the server that runs beside it", async () => {
    const listed = await runDeputy(["runs", "list", "--json"], { DEPUTY_DATA: folder });

    expect(JSON.parse(listed.stdout)).toMatchObject({
      runs: [{ state: "done", subject: "local:local:ana" }],
    });
  });

  it("ends with 0 when it is told to", async () => {
    const exited = once(first, "exit");
    first.kill("SIGTERM");

    expect(await exited).toEqual([0, null]);
  });
});
