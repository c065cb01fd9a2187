// The record and the clocks before anything is begun (OPS-4): what was written has to be what is there.
//
//   AS1  Where the end of a chain is not what was written nothing starts, unless the operator has said that it may
//        (`security.audit_broken`). An anchor that says otherwise is told in the log: it may be another machine's, or older.
//   AS2  A look takes seconds at most; the whole proof is `deputy audit verify`.

import { lookAtChains, silentWords } from "../audit/look.ts";
import { AppError } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";
import { anchorFilesOf } from "./audit-edges.ts";

const lookMs = 3_000;

interface Looked {
  readonly store: Store;
  readonly world: Pick<World, "clock" | "log">;
}

/** Throws where it must not start. */
export async function checkStart(config: Config, { store, world }: Looked): Promise<void> {
  await warnOfClock(config, { store, world });
  const time = { clock: world.clock, forMs: lookMs };
  const { broken, silent, problems, left } = await lookAtChains(store, anchorFilesOf(config), time);
  if (left > 0) world.log.info("There was no time to look at the end of every audit chain", { left });
  if (silent.length > 0)
    world.log.warn("An anchor file of the audit log is empty here; another machine may write it", { silent });
  const own = new Set([...broken, ...silent.map(silentWords)]);
  const others = problems.filter((problem) => !own.has(problem));
  if (others.length > 0) world.log.error("An anchor of the audit log says otherwise", { problems: others });
  if (broken.length === 0) return;
  if (config.file.settings.security.audit_broken === "warn")
    return world.log.error("The audit log is not what was written", { problems: broken });
  throw new AppError(
    "app.audit_broken",
    `The audit log is not what was written, so nothing is started on it: ${broken.join("; ")}. Keep the database and the anchor files as they are, then \`deputy audit export\` and \`deputy audit verify --anchor\` say what is wrong. Set security.audit_broken: warn in deputy.config.yml to start all the same.`,
    { facts: { broken: broken.length } },
  );
}

/** Leases are counted by each machine's own clock. */
async function warnOfClock({ limits: { leaseMs } }: Config, { store, world }: Looked): Promise<void> {
  if (!store.clock) return;
  const before = world.clock.now();
  const there = await store.clock();
  const off = there < before ? before - there : Math.max(0, there - world.clock.now());
  if (off < leaseMs / 3) return;
  world.log.error("This machine's clock and the database's are too far apart; set them by NTP", {
    apart_ms: off,
  });
}
