// A file that holds a live secret is not sent, and that is on record (OUT-5, AUD-1).

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIds } from "../../src/base/ids.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { createDelivery } from "../../src/gateway/delivery.ts";
import { alertText } from "../../src/runtime/voice/security-words.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";
import { aResult } from "../chat/outgoing.ts";
import { createGatewayWorld, type GatewayWorld } from "./gateway-world.ts";

const secret = new Secret("xoxb-canary-4711-4711-4711");

describe("gateway: files with secrets", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
    await world.hear("hello", { mentionsAgent: false });
    await world.settle();
  });
  afterEach(() => world.close());

  it("OUT-5 AUD-1: the file is kept back, its message says so, and one event names it by its digest", async () => {
    const { clock, store, workspaces, platform } = world;
    const { blobs } = workspaces;
    const delivery = createDelivery({
      world: {
        clock,
        ids: createIds(() => clock.now()),
        log: silentLogger,
        failpoint: () => undefined,
        redactor: createRedactor([secret]),
      },
      store,
      platforms: new Map([[platform.name, platform]]),
      blobs,
    });
    const held = await blobs.put(Buffer.from(`token=${secret.reveal()}`));
    const clean = await blobs.put(Buffer.from("a,b\n"));
    const files = [
      { name: "env.txt", sha256: held, sizeBytes: 30 },
      { name: "report.csv", sha256: clean, sizeBytes: 4 },
    ];
    const { tenant, id } = await world.conversation();
    platform.fail("post", { kind: "refuse", code: "chat.decoration_refused" }, { kind: "unavailable" });
    const op = { op: "post", message: aResult({ text: "Done.", files }) } as const;
    await store.write((tx) => tx.outbox.add({ key: "r", tenant, conversation: id, op }, clock.now()));
    await world.gateway.delivery.stop();
    delivery.start();
    for (let n = 0; n < 5; n += 1) {
      await delivery.idle();
      await clock.advance(60_000);
    }
    await delivery.stop();

    const [posted] = world.held().messages;
    expect(posted?.files.map(({ name }) => name)).toEqual(["report.csv"]);
    expect(JSON.stringify(posted?.message)).toContain(
      "(Not attached, because a secret of this installation is in it: env.txt)",
    );
    const rows = await store.read((tx) => tx.audit.list(tenant, 0, 100));
    const blocked = rows.filter(({ type }) => type === "output.blocked").map(({ line }) => JSON.parse(line));
    expect(blocked).toMatchObject([
      { data: { message: "r", op: "file", why: "secret", live: true, file: held } },
    ]);
    expect(JSON.stringify(rows)).not.toContain("4711");
    expect(alertText(blocked[0])).toContain("The file was kept back");
  });
});
