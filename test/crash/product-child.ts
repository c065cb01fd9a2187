// The product as a process that is killed: with tools that act on a world outside, and people who play their part where it
// has the chat. Started again over the same folder it goes on where it is. Tells what happens as JSON lines on stdout.

import { writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { setTimeout as pauseMs } from "node:timers/promises";
import { startApp } from "../../src/app.ts";
import { type FailpointName, failpointNames } from "../../src/base/failpoints.ts";
import { parseJson } from "../../src/base/json.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { outsideTools } from "../fakes/outside-tools.ts";
import { play } from "./person.ts";
import type { ProductChildSettings } from "./product-process.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by product-process.ts
const settings = JSON.parse(process.argv[2] ?? "") as ProductChildSettings;
// Its acts outside are what is tested, so nobody is asked about them.
const outsideIsKnown = "policy: [{ name: outside-is-known, match: { tool: 'send_*' }, decision: allow }]\n";
const { folder, role, dieAt, outside, config = outsideIsKnown } = settings;
const tell = (event: string, about: object = {}): void => {
  process.stdout.write(`${JSON.stringify({ event, ...about })}\n`);
};

try {
  writeFileSync(path.join(folder, "deputy.config.yml"), config, { flag: "wx" });
} catch {
  // it is there, from the start before or with more in it
}

const dyingAt = failpointNames.find((name) => name === dieAt?.name);
const passed: Record<string, number> = {};
const app = await startApp({
  config: loadConfig({
    env: {
      DEPUTY_DATA: folder,
      PORT: "0",
      DEPUTY_LOG_LEVEL: "error",
      ...settings.env,
    },
    cwd: folder,
  }),
  role,
  log: { to: "stderr" },
  tools: outsideTools(outside.url, outside.settleMs),
  failpoint: (name) => {
    passed[name] = (passed[name] ?? 0) + 1;
    if (name === dyingAt && passed[name] === dieAt?.pass) process.kill(process.pid, "SIGKILL");
    return undefined;
  },
});
tell("ready");

const room = app.localChat?.room;
if (room && settings.cast) {
  await play(room, {
    ...settings.cast,
    over: () => void segmentsEnd().then(() => tell("over", { passed })),
    async wasDone(what) {
      const response = await fetch(`${outside.url}/look?${new URLSearchParams({ what })}`);
      const found: unknown = parseJson(await response.text())?.value;
      return JSON.stringify(found) === '{"found":true}';
    },
  });
}
if (settings.cast?.threads.some(({ comesRound }) => comesRound)) setInterval(() => void bringRound(), 100);
setInterval(() => undefined, 60_000);

/** What was said last is seen while the segment that said it still lets go: its last failpoints are come by after that. */
async function segmentsEnd(): Promise<void> {
  const times = (name: FailpointName): number => passed[name] ?? 0;
  while (times("segment.after-claim") > times("segment.before-ring")) await pauseMs(2);
}

/** The hand on the clock: what was set up and is still far off is due now, the first time. */
async function bringRound(): Promise<void> {
  await app.edges.store.write(async (tx) => {
    for (const { id, state, lastAt, nextAt = 0 } of await tx.schedules.list({ limit: 10 })) {
      if (state !== "active" || lastAt !== undefined || nextAt < Date.now() + 60_000) continue;
      await tx.schedules.change(id, ["active"], { nextAt: Date.now() });
    }
  });
}
