import { describe, expect, it } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { openQueue } from "../../src/queue/open.ts";

describe("queue/open", () => {
  it("opens the queue of this process where no Redis is set", async () => {
    const queue = openQueue({ log: silentLogger });

    expect(queue.kind).toBe("embedded");
    await queue.close();
  });

  it.each([
    ["a URL", { redisUrl: "redis://127.0.0.1:1" }],
    ["cluster nodes", { clusterNodes: ["127.0.0.1:1"] }],
  ])("opens Redis where %s is set, without waiting for it", async (_name, settings) => {
    const queue = openQueue({ ...settings, log: silentLogger });

    expect(queue.kind).toBe("redis");
    await queue.close();
  });
});
