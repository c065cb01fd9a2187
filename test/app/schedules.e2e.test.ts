// A schedule from its proposal to what it posts, in the product over the local chat.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LocalMessage } from "../../src/chat/local/room.ts";
import type { Schedule } from "../../src/domain/schedule.ts";
import { type Thread, threadIn, until } from "./people.ts";
import { finishes, type Product, says, startProduct, uses } from "./product.ts";

const configFile = `
schedules:
  - name: brief
    channel: general
    what: Post the brief marked numbers-of-yesterday
    when: "0 9 * * 1-5"
    timezone: Europe/Prague
`;

let folder: string;
let product: Product;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-app-"));
  await writeFile(path.join(folder, "deputy.config.yml"), configFile);
  product = await startProduct({ folder });
});
afterAll(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

async function schedules(): Promise<Schedule[]> {
  return product.app.edges.store.read((tx) => tx.schedules.list({ limit: 10 }));
}

/** Its time has come. */
async function comesDue(schedule: Schedule | undefined): Promise<void> {
  if (!schedule) throw new Error("There is no such schedule.");
  const { store } = product.app.edges;
  const due = await store.write((tx) => tx.schedules.change(schedule.id, ["active"], { nextAt: Date.now() }));
  if (!due) throw new Error("The schedule is not active.");
}

/** The thread that the agent began in a channel with words like these. */
async function begun(channel: string, words: RegExp): Promise<Thread> {
  const { room } = product;
  const root = await until(
    room,
    `a thread like ${words} in ${channel}`,
    () => "",
    () => room.history(channel).find((one) => one.id === one.thread && words.test(textOf(one))),
  );
  return threadIn(room, root);
}

function textOf({ content }: LocalMessage): string {
  return content.kind === "deputy" && content.body.kind === "notice" ? content.body.text : "";
}

describe("app: schedules", () => {
  it("are proposed, approved with a button, and post in a thread of their own", async () => {
    const { people, model, room } = product;
    const proposal = {
      what: "Tell what is new in the tickets marked round-trip",
      when: "0 9 * * 1-5",
      timezone: "Europe/Prague",
    };
    model.replyTo("set-it-up", uses(["schedule_task", proposal]), says("It is set up."));
    const thread = await people.ana.asks("@deputy set-it-up: every weekday at nine, the tickets");
    const card = await thread.post("attention");

    expect(card.body.about).toBe("approval");
    expect(card.body.text).toMatch(/Every weekday at 09:00 Europe\/Prague\. Next: \w+ \d+ \w+/);
    await people.bo.clicks(card, "Approve");
    await thread.whisper(people.bo, /Only Ana can answer this/);
    expect((await schedules()).filter(({ source }) => source === "chat")).toEqual([]);

    await people.ana.clicks(card, "Approve");
    expect((await thread.post("result")).body.text).toBe("It is set up.");
    const [schedule] = (await schedules()).filter(({ source }) => source === "chat");
    expect(schedule).toMatchObject({ owner: people.ana.key, state: "active", when: "0 9 * * 1-5" });

    model.replyTo("tickets marked round-trip", finishes("Two new tickets."));
    await comesDue(schedule);
    const own = await begun("sales", /^\*\*Tell what is new in the tickets/);
    const result = await own.post("result");

    expect(own.id).not.toBe(thread.id);
    expect(result.body).toMatchObject({ text: "Two new tickets.", mention: people.ana.key });
    const [fired] = (await schedules()).filter(({ source }) => source === "chat");
    expect(fired?.place).toMatchObject({ channel: "sales", thread: own.id });
    expect(fired?.nextAt).toBeGreaterThan(Date.now());

    const quiet = uses(["finish", { summary: "Nothing since then.", nothing_new: true }]);
    model.replyTo("Two new tickets.", quiet);
    const before = room.history("sales", own.id).length;
    await comesDue(fired);
    const { store } = product.app.edges;
    await expect
      .poll(async () => {
        const [run] = await store.read((tx) => tx.runs.list({ states: ["done"], limit: 1 }));
        return run?.outcome?.code;
      })
      .toBe("nothing_new");
    expect(room.history("sales", own.id)).toHaveLength(before);

    const reply = await people.ana.writes(own, "schedules");
    expect(reply.delivery).toBe("delivered");
    const shown = await until(
      room,
      "the schedule with its buttons",
      () => own.toString(),
      () =>
        room
          .history("sales", own.id)
          .find(
            ({ content, to }) =>
              to === people.ana.key && content.kind === "deputy" && content.body.kind === "attention",
          ),
    );
    await people.ana.clicks(shown, "Pause");
    await own.whisper(people.ana, /is paused\.$/);
    expect((await schedules()).find(({ id }) => id === fired?.id)).toMatchObject({ state: "paused" });
  });

  it("of the configuration file are there, and post where it says", async () => {
    const { model } = product;
    await expect.poll(async () => (await schedules()).map(({ id }) => id)).toContain("sch_file_brief");
    model.replyTo("numbers-of-yesterday", finishes("The numbers are fine."));
    await comesDue((await schedules()).find(({ id }) => id === "sch_file_brief"));
    const own = await begun("general", /^\*\*brief\*\*/);

    expect((await own.post("result")).body.text).toBe("The numbers are fine.");
  });
});
