// Deliveries that were refused, on record: one event at once, and what comes of the same kind soon after as one more.
//
//   RJ1  A flood of forged requests writes little: an event a kind and window.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import { asTenantId } from "../domain/ids.ts";
import type { World } from "../runtime/deps.ts";
import type { Store } from "../store/contract.ts";

/** Nobody's tenant is to be filled by strangers. */
const tenant = asTenantId("local");
const windowMs = 10_000;

export function recordRejections(
  store: Pick<Store, "write">,
  { clock, log }: Pick<World, "clock" | "log">,
): (platform: string, why: string) => void {
  const more = new Map<string, number>();
  const append = (platform: string, why: string, count: number): void => {
    const event: NewAuditEvent = {
      tenant,
      type: "ingress.rejected",
      time: clock.now(),
      actor: "system",
      data: { platform, why, count },
    };
    store
      .write((tx) => tx.audit.append(event))
      .catch((error: unknown) => log.warn("A refused delivery could not be put on record", { why, error }));
  };
  return (platform, why) => {
    const kind = `${platform} ${why}`;
    const known = more.get(kind);
    if (known !== undefined) return void more.set(kind, known + 1);
    more.set(kind, 0);
    append(platform, why, 1);
    clock.after(windowMs, () => {
      const count = more.get(kind) ?? 0;
      more.delete(kind);
      if (count > 0) append(platform, why, count);
    });
  };
}
