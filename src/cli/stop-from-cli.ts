// Stops a run from the command line: the row is written here, the server beside it obeys (design 9).

import type { PersonKey } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import { stopRun } from "../gateway/stop-run.ts";
import { withDesk } from "./desk-from-cli.ts";
import type { Rows } from "./open-rows.ts";

/** False if it had ended already. */
export async function stopFromCli(rows: Rows, run: Run, by: PersonKey): Promise<boolean> {
  const operator = { key: by, name: "an operator", kind: "member" } as const;
  return withDesk(rows, (desk) => desk.decide((d) => stopRun(d, run, operator)));
}
