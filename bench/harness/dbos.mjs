// DBOS as its users run it: system database on Postgres, nothing exported, nothing printed.

import { DBOS } from "@dbos-inc/dbos-sdk";

/** Recovers at once what an earlier process of the same name left. */
export async function launchDbos(systemDatabaseUrl) {
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl,
    applicationVersion: "1",
    executorID: "bench",
    logLevel: "error",
  });
  await DBOS.launch();
}
