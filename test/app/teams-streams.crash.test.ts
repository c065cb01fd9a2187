// A process that dies while it shows an answer: the next one says the answer, once, whatever is still shown of the first.

import { type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FakeOpenAi, startFakeOpenAi } from "../fakes/fake-openai.ts";
import { createGate } from "../fakes/gate.ts";
import { type FakeTeams, startFakeTeams, teamsIds } from "../fakes/teams/fake-teams.ts";
import { printed, startDeputy } from "../support/child.ts";
import { finishes, settingsOf } from "./product.ts";
import { publicUrl, wordsOf } from "./teams-product.ts";

let teams: FakeTeams;
let model: FakeOpenAi;
let folder: string;
let current: ChildProcess | undefined;

beforeEach(async () => {
  teams = await startFakeTeams();
  model = await startFakeOpenAi();
  folder = await mkdtemp(path.join(tmpdir(), "deputy-stream-"));
});
afterEach(async () => {
  await killed();
  await teams.close();
  await model.close();
  await rm(folder, { recursive: true, force: true });
});

async function started(): Promise<void> {
  current = startDeputy(["start"], {
    ...settingsOf(folder, model),
    ...teams.env,
    DEPUTY_PUBLIC_URL: publicUrl,
  });
  const [url = ""] = await printed(current, /http:\/\/127\.0\.0\.1:\d+/);
  teams.deliverTo(`${url}/api/messages`);
  await expect
    .poll(
      () =>
        fetch(`${url}/readyz`).then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 60_000 },
    )
    .toBe(200);
}

async function killed(): Promise<void> {
  const child = current;
  current = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, "exit");
  child.kill("SIGKILL");
  await over;
}

describe("app: a process that dies while it shows an answer", () => {
  it("I2: the next one says the answer, once", async () => {
    const gate = createGate();
    const summary = "Vendor B is the cheapest of the three that you named, and it delivers sooner.";
    model.replyTo(
      "cheapest vendor",
      { ...finishes(`${summary} ${summary}`), pause: { events: 3, until: gate.opened } },
      finishes("Vendor B, as it turns out."),
    );
    await started();
    const ana = teams.person(teamsIds.ana);
    await ana.says(ana.chat, "who is the cheapest vendor");
    await teams.until(() => teams.streams[0]?.shown.find(({ type }) => type === "streaming"), 60_000);
    await killed();
    gate.open();

    await started();
    const result = (): boolean =>
      teams.said(ana.chat).some((one) => wordsOf(one).includes("as it turns out"));
    await teams.until(() => (result() ? true : undefined), 60_000);
    await expect.poll(() => model.requests.length).toBe(2);

    const said = teams.said(ana.chat).map(wordsOf);
    expect(said.filter((words) => words.includes("as it turns out"))).toHaveLength(1);
    expect(said.join()).not.toContain("the three that you named");
    expect(teams.streams.filter(({ state }) => state === "completed")).toEqual([]);
  });
});
