// The commands of `deputy`: one file in `commands/` and one line here.

import { addApprovals } from "./commands/approvals.ts";
import { addAudit } from "./commands/audit.ts";
import { addBrakes } from "./commands/brakes.ts";
import { addConnections } from "./commands/connections.ts";
import { addConfig } from "./commands/config.ts";
import { addDemo } from "./commands/demo.ts";
import { addDev } from "./commands/dev.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addInit } from "./commands/init.ts";
import { addKeys } from "./commands/keys.ts";
import { addManifest } from "./commands/manifest.ts";
import { addMcp } from "./commands/mcp.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addPolicy } from "./commands/policy.ts";
import { addRuns } from "./commands/runs.ts";
import { addSchedules } from "./commands/schedules.ts";
import { addStart } from "./commands/start.ts";
import { addWorker } from "./commands/worker.ts";
import { addWorkspace } from "./commands/workspace.ts";
import type { AddCommand } from "./contract.ts";

export const commands: readonly AddCommand[] = [
  addDev,
  addDemo,
  addStart,
  addWorker,
  addMigrate,
  addDoctor,
  addConfig,
  addInit,
  addManifest,
  addRuns,
  addApprovals,
  addConnections,
  addKeys,
  addMcp,
  addPolicy,
  addBrakes,
  addSchedules,
  addAudit,
  addWorkspace,
];
