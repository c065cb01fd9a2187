import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { asScheduleId, asTenantId, personKey } from "../../src/domain/ids.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import type { Store } from "../../src/store/contract.ts";
import { createSqliteStore } from "../../src/store/sqlite.ts";

const tenant = asTenantId("local");
const schedule: Schedule = {
  id: asScheduleId("sch_1"),
  tenant,
  agent: "deputy",
  source: "chat",
  name: "Tickets",
  owner: personKey("local", "local", "ana"),
  ownerName: "Ana",
  place: { platform: "local", tenant, kind: "channel", channel: "sales", thread: "" },
  what: "Tell what is new",
  when: "0 9 * * 1-5",
  timeZone: "Europe/Prague",
  state: "active",
  nextAt: Date.parse("2090-01-02T08:00Z"),
  createdAt: 1,
};

describe("cli/schedules", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-cli-"));
    await onStore((store) => store.write((tx) => tx.schedules.add(schedule)));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function onStore<T>(act: (store: Store) => Promise<T>): Promise<T> {
    const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
    try {
      return await act(store);
    } finally {
      await store.close();
    }
  }

  async function deputy(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
    const text = { out: "", err: "" };
    const code = await runCli({
      argv: ["schedules", ...argv],
      env: { DEPUTY_DATA: folder },
      cwd: folder,
      stdout: { write: (chunk) => void (text.out += chunk) },
      stderr: { write: (chunk) => void (text.err += chunk) },
    });
    return { code, ...text };
  }

  it("list --json gives each with its words, its next time and where it posts", async () => {
    const listed = await deputy("list", "--json");

    expect(listed.code).toBe(0);
    expect(JSON.parse(listed.out)).toEqual({
      schedules: [
        {
          id: "sch_1",
          name: "Tickets",
          state: "active",
          source: "chat",
          agent: "deputy",
          owner: "local:local:ana",
          tenant: "local",
          channel: "sales",
          what: "Tell what is new",
          when: "0 9 * * 1-5",
          timezone: "Europe/Prague",
          words: "Every weekday at 09:00 Europe/Prague",
          next_at: "2090-01-02T08:00:00.000Z",
        },
      ],
    });
  });

  it("list shows people a table", async () => {
    expect((await deputy("list")).out).toMatch(
      /^SCHEDULE +STATE.*\nsch_1 +active +Tickets +Every weekday at 09:00/,
    );
  });

  it("pauses, resumes and deletes, and exits 1 with a sentence when it was so already", async () => {
    const json = async (...argv: string[]): Promise<unknown> =>
      JSON.parse((await deputy(...argv, "--json")).out);

    expect(await json("pause", "sch_1")).toEqual({ id: "sch_1", state: "paused" });
    expect(await deputy("pause", "sch_1")).toMatchObject({
      code: 1,
      err: "“Tickets” is paused already. Nothing was changed.\n",
    });
    expect(JSON.parse((await deputy("list", "--json")).out).schedules[0]).toMatchObject({
      state: "paused",
      why: "A person paused it.",
    });
    expect(await json("resume", "sch_1")).toEqual({ id: "sch_1", state: "active" });
    expect(await json("delete", "sch_1")).toEqual({ id: "sch_1", state: "deleted" });
    expect(await deputy("list", "--json")).toMatchObject({ out: '{"schedules":[]}\n' });
  });

  it("run begins one run, and leaves a second one out while that is active", async () => {
    const ran = await deputy("run", "sch_1", "--json");

    expect(JSON.parse(ran.out)).toEqual({ id: "sch_1", run: expect.stringMatching(/^run_/) });
    const runs = await onStore((store) => store.read((tx) => tx.runs.list({ limit: 10 })));
    expect(runs).toMatchObject([{ id: JSON.parse(ran.out).run, schedule: "sch_1", state: "queued" }]);
    expect(JSON.parse((await deputy("list", "--json")).out).schedules[0]).toMatchObject({
      last_run: runs[0]?.id,
      last_outcome: "at work",
    });
    expect(await deputy("run", "sch_1")).toMatchObject({
      code: 1,
      err: expect.stringContaining("still at work"),
    });
  });

  it.each(["pause", "resume", "run", "delete"])(
    "%s exits 1 with a sentence for an id that isn't there",
    async (verb) => {
      expect(await deputy(verb, "sch_none")).toMatchObject({
        code: 1,
        err: "There is no schedule sch_none. `deputy schedules list` shows those there are.\n",
      });
    },
  );

  it("exits 2 without an id", async () => {
    expect((await deputy("pause")).code).toBe(2);
  });

  it("does not delete what the configuration file names", async () => {
    await onStore((store) =>
      store.write((tx) =>
        tx.schedules.add({ ...schedule, id: asScheduleId("sch_file_brief"), source: "config" }),
      ),
    );

    expect(await deputy("delete", "sch_file_brief")).toMatchObject({
      code: 1,
      err: expect.stringContaining("in the configuration file"),
    });
  });
});
