// Runs the app until a signal says stop; a second signal ends it at once.

import { once } from "node:events";
import { type App, type AppOptions, startApp } from "../app.ts";

/** The exit code. `ready` is called when everything is up. */
export async function serve(options: AppOptions, ready: (app: App) => void): Promise<number> {
  const app = await startApp(options);
  ready(app);
  const signal = await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]).then(() => "stop");
  const forced = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]).then(() => "forced");
  const ended = await Promise.race([app.stop().then(() => signal), forced]);
  return ended === "forced" ? 1 : 0;
}
