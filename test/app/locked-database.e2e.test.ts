// The SQLite file is held by somebody else, as by a backup that locks it: what can't be kept is not taken for kept, and when
// the file is free everything goes on.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGate } from "../fakes/gate.ts";
import { finishes, type Product, startProduct, uses } from "./product.ts";

const holder = `
  const Database = require("better-sqlite3");
  const db = new Database(process.argv[1]);
  db.exec("begin immediate");
  process.stdout.write("held");
  process.stdin.once("data", () => { db.exec("rollback"); process.exit(0); });
`;

/** Holds the write lock of the file until the process is told to let go. */
async function hold(file: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["-e", holder, file], { stdio: ["pipe", "pipe", "inherit"] });
  if (child.stdout) await once(child.stdout, "data");
  return child;
}

describe("app: a locked database", () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct({ env: { DEPUTY_LEASE_MS: "60000" } });
  });
  afterAll(() => product.stop());

  it("I1 I4: what is said meanwhile is refused in bounded time or kept; the run goes on when the file is free", async () => {
    const { people, model, folder } = product;
    const gate = createGate();
    const plan = { title: "Three", steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) };
    model.replyTo("first", uses(["set_plan", plan]), { ...finishes("All done."), after: gate.opened });
    model.replyTo("second", finishes("That too."));
    const thread = await people.ana.asks("@deputy the first");
    await thread.post("card");

    const lock = await hold(path.join(folder, "deputy.db"));
    const askedAt = performance.now();
    const other = await people.bo.asks("@deputy the second");
    const tookMs = performance.now() - askedAt;
    gate.open();
    lock.stdin?.write("let go\n");
    await once(lock, "exit");

    const result = await thread.post("result");
    const delivered = other.first.delivery === "delivered";
    if (!delivered) await product.room.retry({ as: people.bo.key, messageId: other.id });
    const second = await other.post("result");

    expect(tookMs).toBeLessThan(30_000);
    expect(delivered).toBe(false);
    expect(result.body).toMatchObject({ outcome: "done", text: "All done." });
    expect(second.body.text).toBe("That too.");
    expect(thread.posts("result")).toHaveLength(1);
    expect(other.posts("result")).toHaveLength(1);
  });
});
