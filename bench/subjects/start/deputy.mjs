// `deputy start` as an operator runs it, in a fresh data folder with nothing else set: one process with all roles.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { productFile } from "../../harness/product-place.mjs";
import { freePort } from "../../harness/redis.mjs";
import { makeScratch } from "../../harness/scratch.mjs";

const ticksPerSecond = 100;
const giveUpMs = 30_000;

export async function openSubject() {
  const scratch = await makeScratch();
  return {
    async measure({ settleSeconds, idleSeconds }) {
      const port = await freePort();
      const began = performance.now();
      const child = spawn(process.execPath, [productFile("main.js"), "start"], {
        cwd: scratch.folder,
        env: {
          PATH: process.env.PATH,
          DEPUTY_DATA: path.join(scratch.nextFile(""), "data"),
          PORT: `${port}`,
        },
        stdio: "ignore",
      });
      try {
        await ready(child, `http://127.0.0.1:${port}/readyz`);
        const readyMs = performance.now() - began;
        await wait(settleSeconds * 1_000);
        return { readyMs, ...(await idle(child.pid, idleSeconds)) };
      } finally {
        await end(child);
      }
    },
    close: () => scratch.remove(),
  };
}

async function ready(child, url) {
  const giveUpAt = performance.now() + giveUpMs;
  while (performance.now() < giveUpAt) {
    if (child.exitCode !== null) throw new Error(`deputy start ended with ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 200) return;
    await wait(10);
  }
  throw new Error("deputy start did not get ready");
}

async function idle(pid, seconds) {
  const before = await cpuSeconds(pid);
  await wait(seconds * 1_000);
  const cpuPercent = (100 * ((await cpuSeconds(pid)) - before)) / seconds;
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return { cpuPercent, rssMiB: Number(/^VmRSS:\s+(\d+)/mu.exec(status)[1]) / 1_024 };
}

/** User and system time of all threads. */
async function cpuSeconds(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function end(child) {
  if (child.exitCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}
