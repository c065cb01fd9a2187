// Processes that are killed and started again: forked from a module with one JSON argument, alive once they say `ready`.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `onNews` gets whatever it tells after `ready`. */
export async function startKillable(moduleUrl, options, onNews = () => undefined) {
  const child = fork(fileURLToPath(moduleUrl), [JSON.stringify(options)], {
    execArgv: ["--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  await new Promise((resolve, reject) => {
    child.on("message", (news) => {
      if (news.ready) resolve();
      else onNews(news);
    });
    child.once("exit", (code, signal) =>
      reject(new Error(`A process ended before it was ready: ${signal ?? code}`)),
    );
  });
  return {
    pid: child.pid,
    tell: (message) => child.send(message),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    freeze: () => child.kill("SIGSTOP"),
    thaw: () => child.kill("SIGCONT"),
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Resolves as soon as `holds` does; throws after `withinMs`. */
export async function until(holds, withinMs, what = "what was waited for") {
  const giveUpAt = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`Within ${withinMs} ms there was not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
