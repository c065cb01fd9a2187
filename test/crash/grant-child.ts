// A process that uses connections, and nothing else of the product: real store, vault and OAuth client. Lines on stdin say what to
// do, JSON lines on stdout what came of it. It dies at the failpoint it is told.

import { createInterface } from "node:readline";
import { systemClock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createGrants } from "../../src/grants/grants.ts";
import { createPostgresStore } from "../../src/store/postgres.ts";
import { grantDeps } from "../grants/grants-world.ts";
import type { GrantChildSettings, GrantOrder, GrantReport } from "./grant-process.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by grant-process.ts
const { databaseUrl, server, dieAt } = JSON.parse(process.argv[2] ?? "") as GrantChildSettings;

let aheadMs = 0;
const clock = { ...systemClock, now: () => Date.now() + aheadMs };
const store = await createPostgresStore({ url: databaseUrl, log: silentLogger });
const deps = grantDeps(
  {
    server,
    clock,
    failpoint(name) {
      if (name === dieAt) process.kill(process.pid, "SIGKILL");
      return undefined;
    },
  },
  store,
);
const grants = createGrants(deps);

async function report({ grant, calls }: GrantOrder): Promise<GrantReport> {
  const asked = Array.from({ length: calls }, async () => {
    try {
      const { secret, version } = await grants.token(grant);
      return `${version} ${secret.reveal()}`;
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  });
  return { got: [...new Set(await Promise.all(asked))].toSorted() };
}

process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by grant-process.ts
  const order = JSON.parse(line) as GrantOrder;
  aheadMs = order.aheadMs;
  process.stdout.write(`${JSON.stringify(await report(order))}\n`);
}
