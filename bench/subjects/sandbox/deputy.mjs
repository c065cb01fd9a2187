// As run_command does it: control files looked for, output caught, the ending told when nothing is left.

import { medianMs, never, openSandboxPlace } from "../../harness/sandbox-place.mjs";

export async function openSubject() {
  const place = await openSandboxPlace();
  const seat = place.sandbox.forRun({ run: "run_bench", workspace: place.workspace, signal: never });
  const order = { command: "true", timeoutMs: 60_000, foregroundMs: 60_000, signal: never };
  return {
    async measure({ launches }) {
      return {
        medianMs: await medianMs(launches, async () => {
          const { ending } = await seat.start(order);
          if (ending.kind !== "exit" || ending.code !== 0) throw new Error(JSON.stringify(ending));
        }),
      };
    },
    close: () => place.close(),
  };
}
