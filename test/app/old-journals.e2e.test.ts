// What earlier releases left in their data folders (scripts/release-fixture.mjs) under the present code: every run goes on and
// comes to its end, with one result.

import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LocalMessage } from "../../src/chat/local/room.ts";
import { jobsOf, lefts, resultOf } from "../crash/left-behind.ts";
import { threadIn } from "./people.ts";
import { finishes, type Product, says, startProduct } from "./product.ts";

const releases = fileURLToPath(new URL("../fixtures/releases", import.meta.url));
const jobs = jobsOf(Object.fromEntries(lefts.map((left) => [left, 1])));

describe.each(await readdir(releases))("app: the journals of %s", (release) => {
  let folder: string;
  let product: Product | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "deputy-old-"));
    await cp(path.join(releases, release), folder, { recursive: true });
    const database = new Database(path.join(folder, "deputy.db"));
    database.exec(await readFile(path.join(folder, "deputy.sql"), "utf8"));
    database.close();
  });
  afterEach(async () => {
    await product?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("I4 I5: go on, whatever each run was doing", async () => {
    product = await startProduct({ folder });
    const { room, people, model, app } = product;
    model.answerBy((body) => {
      const { mark, left } = jobs.find((job) => JSON.stringify(body).includes(job.mark)) ?? {};
      if (mark === undefined || left === undefined) return undefined;
      if (!Array.isArray(body["tools"]) || body["tools"].length === 0) return says(`Notes of ${mark}`);
      return finishes(resultOf({ mark, left }), ...(left === "keyed" ? ["text.md"] : []));
    });
    const asked = room.history("sales").filter(({ thread, id }) => thread === id);
    const threadOf = (mark: string) => {
      const first = asked.find(({ content }) => content.kind === "text" && content.text.includes(mark));
      if (!first) throw new Error(`Nobody asked for ${mark}`);
      return threadIn(room, first);
    };
    const answered = new Set<string>();
    const answerAll = async (): Promise<void> => {
      for (const { mark } of jobs) {
        for (const post of threadOf(mark).posts("attention")) {
          if (post.body.decided !== undefined || answered.has(post.id)) continue;
          answered.add(post.id);
          await people.ana.clicks(post, firstOption(post));
        }
      }
    };

    await expect
      .poll(
        async () => {
          await answerAll();
          return app.edges.store.read((tx) => tx.runs.counts());
        },
        { timeout: 60_000, interval: 100 },
      )
      .toEqual({ done: jobs.length });

    for (const { mark, left } of jobs) {
      const result = await threadOf(mark).post("result");
      expect(result.body).toMatchObject({ outcome: "done", text: resultOf({ mark, left }) });
      expect(result.body.files.map(({ name }) => name)).toEqual(left === "keyed" ? ["text.md"] : []);
      expect(threadOf(mark).posts("result")).toHaveLength(1);
    }
  });
});

function firstOption({ content }: LocalMessage): string {
  if (content.kind !== "deputy" || content.body.kind !== "attention")
    throw new Error("Nothing to choose from");
  return content.body.options[0]?.label ?? "";
}
