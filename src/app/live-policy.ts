// The policy that is judged by, while the configuration file changes.
//
//   LP1  A file that can't be used changes nothing: what was good stays, and the log says what is wrong, once for each state of the
//        file (POL-4).
//   LP2  A change is an audit event in every chain before it is judged by. If it can't be written the old rules stay.

import { stat } from "node:fs/promises";
import { every } from "../base/clock.ts";
import { errorText, systemErrorCode } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import type { Policy } from "../policy/contract.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { recordChange } from "./config-record.ts";
import { policyOf } from "./policy-source.ts";

const lookMs = 3_000;

export interface LivePolicy {
  current(): Policy;
  /** Reads the file again, whether it looks changed or not. Never rejects. */
  reread(): Promise<void>;
  stop(): void;
}

export interface LivePolicyDeps {
  readonly config: Pick<Config, "file" | "readFileAgain">;
  readonly world: Pick<World, "clock" | "log">;
  readonly store: Store;
}

/** Throws a `ConfigError` if the policy at the start can't be used: there is no older one to keep. */
export function createLivePolicy({ config, world, store }: LivePolicyDeps): LivePolicy {
  const { clock, log } = world;
  const { path } = config.file;
  let policy = policyOf(config.file);
  let seen: string | undefined;
  let turn = Promise.resolve();

  async function take(): Promise<void> {
    const read = config.readFileAgain();
    const [problem] = read.problems;
    if (problem) throw new Error(`${problem.where}: ${problem.message}`);
    if (config.file.found && !read.loaded.found) throw new Error(`${path} is gone`);
    const next = policyOf(read.loaded);
    if (next.version === policy.version) return;
    const data = { rules: next.source.rules.length };
    const change = { part: "policy", digest: next.version, known: policy.version, data } as const;
    await store.write((tx) => recordChange(tx, change, clock.now()));
    policy = next;
    log.info("The policy was read again", { rules: next.source.rules.length, version: next.version });
  }
  const reread = async (): Promise<void> => {
    turn = turn.then(take).catch((error: unknown) => {
      log.error("The policy could not be read again; the old one stays", { problem: errorText(error) });
    });
    await turn;
  };
  async function look(): Promise<void> {
    const state = await stateOf(path);
    if (state === seen) return;
    seen = state;
    await reread(); // the first time, too: it may have changed since the settings were read
  }
  const cancel = every(clock, lookMs, look, (error) =>
    log.warn("The configuration file can't be looked at", { error }),
  );
  return { current: () => policy, reread, stop: cancel };
}

async function stateOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs}:${size}:${ino}`;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "absent";
    throw error;
  }
}
