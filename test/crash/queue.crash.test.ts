import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { silentLogger } from "../../src/base/logger.ts";
import { createRedisQueue } from "../../src/queue/redis.ts";
import { aBell } from "../contracts/queue-contract.ts";
import { type RedisServer, startRedisServer } from "../servers/redis.ts";

const script = (): string => path.join(inject("compiled"), "test/crash/bell-taker-child.js");

describe("crash/queue", () => {
  let server: RedisServer;
  let child: ChildProcess | undefined;

  beforeEach(async () => {
    server = await startRedisServer();
  });
  afterEach(async () => {
    child?.kill("SIGKILL");
    await server.stop();
  });

  it("RQ2: a bell that a killed process had taken is handed out again within seconds", async () => {
    const queue = createRedisQueue({ url: server.url, log: silentLogger });
    await queue.ring(aBell("run_a"));
    const taker = spawn(process.execPath, [script(), server.url], { stdio: ["ignore", "pipe", "inherit"] });
    child = taker;
    await once(taker.stdout, "data");
    const seen: string[] = [];
    const onError = (error: unknown): void => {
      throw error;
    };
    queue.work(async (bell) => void seen.push(bell.run), { concurrency: 1, onError });

    const gone = once(taker, "exit");
    taker.kill("SIGKILL");
    await gone;
    await queue.ring(aBell("run_a"));
    const beforeItsTime = [...seen];
    await vi.waitFor(() => expect(seen).toEqual(["run_a"]));

    expect(beforeItsTime).toEqual([]);
    expect(await vi.waitUntil(async () => (await queue.depth()).active === 0)).toBe(true);
    await queue.close();
  });
});
