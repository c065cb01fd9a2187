// What the security channel is told, in the product over the local chat. No worker signs here: the checkpoints are the test's own.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { toAddress } from "../../src/chat/local/to-inbound.ts";
import type { NewAuditEvent } from "../../src/domain/audit-event.ts";
import { asPersonKey, asTenantId } from "../../src/domain/ids.ts";
import { conversationAt } from "../../src/gateway/conversation-at.ts";
import { notice, noticePost } from "../../src/runtime/voice/notice.ts";
import { until } from "./people.ts";
import { type Product, startProduct } from "./product.ts";

const local = asTenantId("local");
const hour = 3_600_000;
const t0 = 500_000 * hour;
const secret = "metrics-token-that-nobody-may-see";

let folder: string;
let product: Product;
const start = async (): Promise<void> => {
  product = await startProduct({ folder, role: "web", env: { METRICS_TOKEN: secret } });
};
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deputy-app-"));
  await writeFile(path.join(folder, "deputy.config.yml"), "security: { channel: general }\n");
  await start();
});
afterEach(async () => {
  await product.stop();
  await rm(folder, { recursive: true, force: true });
});

const said = (channel = "general"): string[] =>
  product.room.history(channel).map((message) => JSON.stringify(message));
const record = (event: Partial<NewAuditEvent>): Promise<void> =>
  product.app.edges.store.write((tx) =>
    tx.audit.append({ tenant: local, type: "run.started", time: Date.now(), actor: "system", ...event }),
  );
const sign = (seq: number, at: number): Promise<void> =>
  product.app.edges.store.write((tx) =>
    tx.audit.addCheckpoint({
      tenant: local,
      seq,
      at,
      head: "ab".repeat(32),
      key: "k",
      signature: `of-${seq}`,
    }),
  );
const signed = (): string[] => said().flatMap((text) => /of-\d+/.exec(text)?.[0] ?? []);
const posted = (name: string): Promise<unknown> =>
  until(
    product.room,
    `${name} in the channel`,
    () => signed().join(),
    () => signed().includes(name) || undefined,
  );

it("AUD-4, SC2: posts a checkpoint once an hour, and again for each 1,000 events", async () => {
  await record({});
  await sign(5, t0);
  await posted("of-5");
  await sign(9, t0 + 60_000);
  const { clock } = product.app.edges.world;
  await new Promise<void>((done) => clock.after(2_500, done));
  await sign(1_004, t0 + 120_000);
  await posted("of-1004");
  await sign(1_005, t0 + hour);
  await posted("of-1005");

  expect(signed()).toEqual(["of-5", "of-1004", "of-1005"]);
  expect(said()[0]).toContain('\\"kind\\":\\"checkpoint\\"');
});

it("CON-5, OUT-5, SC1: a link that somebody else opened and a live secret are told, once", async () => {
  const { store, world } = product.app.edges;
  await record({
    type: "consent.mismatch",
    subject: asPersonKey("local:local:ana"),
    connection: "mail",
    data: { consent: "c1", why: "another_person", by: "local:local:bo" },
  });
  await record({ type: "output.blocked", data: { message: "m", why: "audience" } });
  await store.write(async (tx) => {
    const now = world.clock.now();
    const place = await conversationAt({ tx, now }, world.ids, toAddress({ channel: "sales", thread: "" }));
    const at = { tenant: place.tenant, conversation: place.id };
    await tx.outbox.add(noticePost(at, "leak", notice(`The token is ${secret}.`)), now);
  });
  product.app.gateway.delivery.kick();
  const alerts = (): string[] => said().filter((text) => /link to connect|live secret/.test(text));
  await until(
    product.room,
    "both alerts",
    () => alerts().join(),
    () => alerts().length === 2 || undefined,
  );
  await product.stop();
  await start();
  await record({ type: "consent.mismatch", connection: "wiki", data: { consent: "c2", why: "again" } });
  await until(
    product.room,
    "the third alert",
    () => alerts().join(),
    () => alerts().length > 2 || undefined,
  );

  expect(alerts()).toEqual([
    expect.stringMatching(/link to connect mail for local:local:ana was opened by local:local:bo/),
    expect.stringContaining("A live secret was about to be said"),
    expect.stringContaining("link to connect wiki"),
  ]);
  expect(said().join() + said("sales").join()).not.toContain(secret);
});
