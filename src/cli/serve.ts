// Runs the app until a signal says stop; a second signal ends it at once.
//
//   SE1  A stop takes 25 seconds at most: whoever deploys kills after 30. What hangs until then is left as a crash would
//        leave it, for another process.
//   SE2  SIGHUP never ends the process: what may change while it runs is read again.

import { once } from "node:events";
import { type App, type AppOptions, startApp } from "../app.ts";
import { pause } from "../base/abort.ts";
import { systemClock } from "../base/clock.ts";

const longestStopMs = 25_000;

/** The exit code. `ready` is called when everything is up. */
export async function serve(options: AppOptions, ready: (app: App) => void): Promise<number> {
  let reread = (): Promise<void> => Promise.resolve();
  process.on("SIGHUP", () => void reread()); // SE2
  const first = signal(); // from here on: who is told to stop while starting stops in order, too
  const second = first.then(signal);
  const app = await Promise.race([startApp(options), second]);
  if (app === "signal") return 1;
  reread = () => app.reread();
  ready(app);
  await first;
  const ended = await Promise.race([app.stop(), second, pause(systemClock, longestStopMs)]); // SE1
  return ended === "signal" ? 1 : 0;
}

async function signal(): Promise<"signal"> {
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  return "signal";
}

/** What `--json` says of a server that is up. */
export function upView({ url, chatUrl, modelLabel }: App, { config, role }: AppOptions): object {
  return {
    url,
    ...(chatUrl === undefined ? {} : { chat_url: chatUrl }),
    role,
    data: config.core.dataFolder,
    model: modelLabel,
  };
}
