import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { createRedisQueue } from "../../src/queue/redis.ts";
import { aBell } from "../contracts/queue-contract.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";

const script = fileURLToPath(new URL("./bell-taker-child.ts", import.meta.url));

describe("crash/queue", () => {
  let server: RedisServer;

  beforeEach(async () => {
    server = await startRedisServer();
  });
  afterEach(() => server.stop());

  it("RQ2: a bell that a killed process had taken is handed out again within seconds", async () => {
    const queue = createRedisQueue({ url: server.url, log: silentLogger });
    await queue.ring(aBell("run_a"));
    const child = spawn(process.execPath, ["--import", "tsx", script, server.url], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    const seen: string[] = [];
    const onError = (error: unknown): void => {
      throw error;
    };
    queue.work(async (bell) => void seen.push(bell.run), { concurrency: 1, onError });

    child.kill("SIGKILL");
    await once(child, "exit");
    await queue.ring(aBell("run_a"));
    const beforeItsTime = [...seen];
    await vi.waitFor(() => expect(seen).toEqual(["run_a"]), { timeout: 10_000, interval: 50 });

    expect(beforeItsTime).toEqual([]);
    expect(await vi.waitUntil(async () => (await queue.depth()).active === 0)).toBe(true);
    await queue.close();
  });
});
