// Work that ends before its end, in the whole product: what people read, and how it goes on from its journal.

import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { FakeReply } from "../fakes/fake-openai.ts";
import { messagesOf } from "../fakes/fake-openai.ts";
import { createGate } from "../fakes/gate.ts";
import { type LoopbackServer, startLoopbackServer } from "../net/loopback-server.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

/** Pages that are not answered until a test says so, by path. */
const held = new Map<string, ServerResponse>();
let pages: LoopbackServer;
let product: Product;
beforeAll(async () => {
  pages = await startLoopbackServer(({ path }, response) => void held.set(path, response));
  product = await startProduct({ env: { DEPUTY_EGRESS_ALLOW: `localhost:${pages.port}` } });
});
afterAll(async () => {
  await product.stop();
  await pages.close();
});

const fetches = (path: string): readonly [string, object] => ["fetch_url", { url: `${pages.origin}${path}` }];
const asked = (mark: string): string[] =>
  product.model.requests.map(({ body }) => messagesOf(body)).filter((text) => text.includes(mark));
const lineage = async () => {
  const { store } = product.app.edges;
  return (await store.read((tx) => tx.runs.list({ limit: 100 }))).map(({ id, continues }) => ({
    id,
    continues,
  }));
};

describe("app: going on", () => {
  it.concurrent("a stop without a plan is told from the journal, and Go on does nothing twice", async ({
    expect,
  }) => {
    const { people, model } = product;
    const write = uses(["write_file", { path: "half.md", content: "half" }]);
    model.replyTo("no-plan", write, uses(fetches("/no-plan")));
    const thread = await people.ana.asks("@deputy look at no-plan");
    await vi.waitUntil(() => held.has("/no-plan"));
    const stop = await people.ana.writes(thread, "stop");
    const stopped = await thread.post("result");
    expect(stopped.sentAt - stop.sentAt).toBeLessThan(5_000);
    expect(stopped.body).toMatchObject({
      outcome: "stopped",
      text: expect.stringMatching(/Done: `write_file`\nHalf done: `fetch_url` \(cut off\)/),
    });

    const before = asked("no-plan").length;
    held.delete("/no-plan");
    model.replyTo("no-plan", finishes("Whole now.", "half.md"));
    await people.ana.clicks(stopped, "Go on");
    await vi.waitUntil(() => held.has("/no-plan"));
    held.get("/no-plan")?.end("the page");
    const result = await thread.post("result", 2);

    expect(result.body).toMatchObject({ outcome: "done", text: "Whole now." });
    expect(asked("no-plan")).toHaveLength(before + 1);
    const [ended, next] = [stopped.body.footer, result.body.footer].map((text) => text.split(" · ").at(-1));
    expect(await lineage()).toContainEqual({ id: next, continues: ended });
    const closed = await thread.post("result", 1, (body) => body.buttons.length === 0);
    expect(closed.body.footer).toContain("Taken up again by Ana");
  });

  it.concurrent("a failure outside goes on from where it was, and starts over where that is wanted", async () => {
    const { people, model } = product;
    const refused: FakeReply = { kind: "raw", status: 401, body: "{}" };
    model.replyTo("refused-key", uses(["write_file", { path: "a.md", content: "A" }]), refused);
    const thread = await people.bo.asks("@deputy look at refused-key");
    const failed = await thread.post("result");
    expect(failed.body.buttons.map(({ label }) => label)).toEqual(["Go on", "Start over"]);

    model.replyTo("refused-key", finishes("Went on.", "a.md"));
    await people.bo.clicks(failed, "Go on");
    const result = await thread.post("result", 2);

    expect(result.body).toMatchObject({ outcome: "done", text: "Went on." });
    expect(asked("refused-key")).toHaveLength(3);
    expect(asked("refused-key").at(-1)).toContain("a.md");
  });
});

describe("app: a model that is away for long", () => {
  it("I13: is told of once for all that wait for it, and that it is back", { timeout: 180_000 }, async () => {
    const { people, model } = product;
    const gate = createGate();
    const away: FakeReply[] = Array.from({ length: 4 }, () => ({ kind: "raw", status: 503, body: "{}" }));
    const marks = ["away-one", "away-two", "away-three"];
    for (const mark of marks)
      model.replyTo(mark, ...away, { ...finishes(`${mark} is done.`), after: gate.opened });
    const threads = await Promise.all(
      marks.map((mark) => people.ada.asks(`@deputy look at ${mark}`, { channel: "general" })),
    );
    const notices = (): string[] =>
      product.room.history("general").flatMap(({ content }) => {
        if (content.kind !== "deputy" || content.body.kind !== "notice") return [];
        return content.body.text.includes("model service") ? [content.body.text] : [];
      });
    await expect
      .poll(notices, { timeout: 60_000 })
      .toEqual([expect.stringMatching(/of work here wait for it/)]);
    gate.open();
    for (const thread of threads) expect((await thread.post("result")).body.outcome).toBe("done");
    await expect.poll(notices, { timeout: 30_000 }).toEqual([expect.stringContaining("answers again")]);
    for (const thread of threads) expect(thread.posts("notice").length).toBeLessThan(2);
  });
});
