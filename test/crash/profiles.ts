// What the product stands on in crash tests: SQLite with the embedded queue, or Postgres with Redis. One server of each kind
// serves a whole suite; each stage has a folder, a database and a Redis of its own.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startPostgresServer } from "../servers/postgres.ts";
import { startRedisServer } from "../servers/redis.ts";

export interface Stage {
  readonly folder: string;
  /** What the product is to be started with. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface Profile {
  stage(): Promise<Stage>;
  stop(): Promise<void>;
}

export const profileNames = ["sqlite", "postgres-redis"] as const;
export type ProfileName = (typeof profileNames)[number];

export async function openProfile(name: ProfileName): Promise<Profile> {
  if (name === "sqlite") return openShared(async () => ({}));
  const [postgres, redis] = await Promise.all([startPostgresServer(), startRedisServer()]);
  let stages = 0;
  const env = async (): Promise<Record<string, string>> => {
    stages += 1;
    const REDIS_URL = `${redis.url}/${stages}`;
    const DEPUTY_MASTER_KEY = Buffer.alloc(32, 9).toString("base64");
    return { DATABASE_URL: await postgres.createDatabase(), DEPUTY_MASTER_KEY, REDIS_URL };
  };
  return {
    stage: () => stageWith(env),
    stop: async () => void (await Promise.all([postgres.stop(), redis.stop()])),
  };
}

/** A profile on servers of somebody else. */
export function openShared(env: () => Promise<Record<string, string>>): Profile {
  return { stage: () => stageWith(env), stop: async () => undefined };
}

async function stageWith(env: () => Promise<Record<string, string>>): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-stage-"));
  return {
    folder,
    env: await env(),
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
