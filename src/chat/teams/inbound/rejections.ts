// Deliveries that were not taken, counted and logged: what an operator looks at when the agent seems deaf.

import type { Logger } from "../../../base/logger.ts";

type Facts = Readonly<Record<string, string | number | undefined>>;
export type CountRejection = (why: string, facts?: Facts) => void;

export interface Rejections {
  readonly count: CountRejection;
  total(): number;
}

export function createRejections(log: Logger, heard: (why: string) => void): Rejections {
  let total = 0;
  return {
    count(why, facts = {}) {
      total += 1;
      log.warn("ingress.rejected", { platform: "teams", why, ...facts });
      heard(why);
    },
    total: () => total,
  };
}
