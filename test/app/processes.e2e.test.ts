// The command line as real processes on one data folder.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { printed, runDeputy, startDeputy } from "../support/child.ts";
import { type ChatPage, openChatPage } from "./chat-page.ts";
import { settingsOf } from "./product.ts";

let folder: string;
let model: FakeOpenAi;
let first: ChildProcess;
let page: ChatPage;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-processes-"));
  model = await startFakeOpenAi();
  first = startDeputy(["start"], settingsOf(folder, model));
  const [, link = ""] = await printed(first, /Local chat: (\S+)/);
  page = await openChatPage(link);
});
afterAll(async () => {
  // Unless a test has ended it already.
  if (first.exitCode === null && first.signalCode === null) {
    const gone = once(first, "exit");
    first.kill("SIGKILL");
    await gone;
  }
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

describe("app: processes", () => {
  it("I3 I14: a second one on the same SQLite without Redis is refused with the reason, and the first works on", async () => {
    const second = await runDeputy(["start"], settingsOf(folder, model));

    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/Another Deputy works on .*deputy\.db already.*set REDIS_URL/);
    expect(second.stderr).not.toMatch(/\n\s+at /);
    await page.say("@deputy are you still there?");
    await expect
      .poll(async () => (await page.messages()).map(({ body }) => body.result?.text))
      .toContain("ok");
  });

  it("the command line shows the runs of the server that runs beside it", async () => {
    let stdout = "";
    const code = await runCli({
      argv: ["runs", "list", "--json"],
      env: settingsOf(folder, model),
      cwd: folder,
      stdout: { write: (text) => void (stdout += text) },
      stderr: { write: () => undefined },
    });

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ runs: [{ state: "done", subject: "local:local:ana" }] });
  });

  it("I14: an unknown command exits with 2 and is named", async () => {
    const finished = await runDeputy(["fly"], { DEPUTY_DATA: folder });

    expect(finished).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("'fly'") });
  });

  it("I14: a data folder where the system makes none is refused, and not tried for ever", async () => {
    const child = startDeputy(["start"], { DEPUTY_DATA: "/proc/deputy", PORT: "0" });
    onTestFinished(() => void child.kill("SIGKILL"));
    const exited = once(child, "exit");

    await printed(child, /Could not make the data folder \/proc\/deputy: /);
    expect(await exited).toEqual([1, null]);
  });

  it("I14: a command whose words the disk does not take says so and fails", async () => {
    const full = await open("/dev/full", "w");
    onTestFinished(() => full.close());
    const child = startDeputy(["config"], { DEPUTY_DATA: folder }, full.fd);
    const closed = once(child, "close");

    await printed(child, /stdout could not be written: the disk is full/);
    expect(await closed).toEqual([1, null]);
  });

  it("a second signal ends a process at once that waits for a model", async () => {
    model.otherwise({ kind: "silence" });
    const asked = model.requests.length;
    await page.say("@deputy take your time");
    await expect.poll(() => model.requests.length).toBe(asked + 1);
    const exited = once(first, "exit");

    first.kill("SIGTERM");
    await expect.poll(() => page.messages().catch(() => "gone")).toBe("gone");
    first.kill("SIGTERM");

    expect(await exited).toEqual([1, null]);
  });

  it("a signal at the moment of the start ends a process in order", async () => {
    const child = startDeputy(["start"], settingsOf(path.join(folder, "fresh"), model));
    const exited = once(child, "exit");

    await printed(child, /the web server listens/);
    child.kill("SIGTERM");

    expect(await exited).toEqual([0, null]);
  });
});
