// A disk that fills up while the product works: what can't be kept is refused with a sentence, and when there is room
// again everything goes on where it was.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messagesOf } from "../fakes/fake-openai.ts";
import { createGate } from "../fakes/gate.ts";
import { type LoopbackServer, startLoopbackServer } from "../net/loopback-server.ts";
import { finishes, type Product, says, startProduct, uses } from "./product.ts";
import { canMount, mountSmallDisk, type SmallDisk } from "./small-disk.ts";

const megabytes = 24;
const title = "Three things";
const plan = { title, steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) };

/** The write-ahead log keeps its length once it was long: what is written then would find room in it on a full disk. */
function emptyLog(folder: string): void {
  const database = new Database(path.join(folder, "deputy.db"));
  database.pragma("wal_checkpoint(TRUNCATE)");
  database.close();
}

describe.runIf(canMount())("app: a full disk", () => {
  describe("under everything", () => {
    let folder: string;
    let disk: SmallDisk;
    let product: Product;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "deputy-full-"));
      disk = await mountSmallDisk(folder, megabytes);
      product = await startProduct({ folder, env: { DEPUTY_LEASE_MS: "4000" } });
    });
    afterAll(async () => {
      await product.stop();
      await disk.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it("I1 I14: what is said meanwhile is refused with a sentence; the run goes on when there is room", async () => {
      const { people, model, log } = product;
      const gate = createGate();
      model.replyTo("work", uses(["set_plan", plan]), { ...finishes("All done."), after: gate.opened });
      const thread = await people.ana.asks("@deputy do this work");
      await thread.post("card");

      emptyLog(folder);
      await disk.fill();
      const long = `@deputy and this ${"too ".repeat(5_000)}`;
      await expect(people.ada.asks(long)).rejects.toThrow(/disk is full. Free some space and try again/);
      const kept = await people.bo.asks("@deputy and this"); // fits into the chat's last block, and nowhere else
      expect(kept.first.delivery).toBe("undelivered");
      gate.open();
      await expect
        .poll(() => log.map(({ msg }) => msg).join())
        .toMatch(/A segment broke off|Leases could not be renewed/);
      expect(thread.posts("result")).toEqual([]);

      await disk.free();
      model.replyTo("work", finishes("All done."));
      const result = await thread.post("result");
      model.replyTo("and this", finishes("That too."));
      const again = await product.room.retry({ as: people.bo.key, messageId: kept.id });
      const second = await kept.post("result");

      expect(result.body).toMatchObject({ outcome: "done", text: "All done." });
      expect(again.delivered).toBe(true);
      expect(second.body.text).toBe("That too.");
      expect(thread.posts("result")).toHaveLength(1);
    });
  });

  describe("under the workspaces", () => {
    let folder: string;
    let disk: SmallDisk;
    let pages: LoopbackServer;
    let product: Product;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "deputy-full-"));
      disk = await mountSmallDisk(path.join(folder, "workspaces"), megabytes);
      pages = await startLoopbackServer((_request, response) =>
        response.end("A line of a page.\n".repeat(2_000)),
      );
      const env = {
        DEPUTY_EGRESS_ALLOW: `localhost:${pages.port}`,
        DEPUTY_BLOBS: path.join(disk.folder, "blobs"),
      };
      product = await startProduct({ folder, env });
    });
    afterAll(async () => {
      await product.stop();
      await pages.close();
      await disk.stop();
      await rm(folder, { recursive: true, force: true });
    });

    it("I14: the model is told, people are told, and asking again goes on when there is room", async () => {
      const { people, model } = product;
      const before = createGate();
      const write = ["write_file", { path: "out.txt", content: "x".repeat(7_000) }] as const;
      model.replyTo("write a file", { ...uses(["list_files", {}]), after: before.opened }, uses(write));
      model.replyTo("write a file", finishes("I could not write it."));
      const long = { ...says("x".repeat(20_000)), after: before.opened };
      model.replyTo("answer at length", long);
      model.replyTo("fetch a page", { ...uses(["fetch_url", { url: pages.origin }]), after: before.opened });
      const writing = await people.ana.asks("@deputy write a file");
      const fetching = await people.bo.asks("@deputy fetch a page");
      const answering = await people.ada.asks("@deputy answer at length");
      await expect.poll(() => model.requests.length).toBe(3);

      await disk.fill();
      before.open();
      const told = await writing.post("result");
      const failed = await fetching.post("result");
      await disk.free();
      model.replyTo("write a file", uses(write), finishes("Written.", "out.txt"));
      await people.ana.writes(writing, "again please");
      await people.bo.clicks(failed, "Go on");

      const toldModel = model.requests.map(({ body }) => messagesOf(body)).join();
      expect(told.body).toMatchObject({ outcome: "done", text: "I could not write it." });
      expect(toldModel).toMatch(
        /Could not write .{1,4}out\.txt.{1,4}: the disk of this installation is full/,
      );
      const full = expect.stringContaining("the disk of the machine I work on is full");
      expect(failed.body).toMatchObject({ outcome: "failed", text: full });
      expect((await answering.post("result")).body).toMatchObject({ outcome: "failed", text: full });
      const written = await writing.post("result", 2);
      expect(written.body.files.map(({ name }) => name)).toEqual(["out.txt"]);
      expect((await fetching.post("result", 2)).body.outcome).toBe("done");
    });
  });
});
