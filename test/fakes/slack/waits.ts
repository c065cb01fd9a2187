// Waiting for the fake Slack without sleeping: looks again after every change.

import type { Hub } from "./state/hub.ts";

export interface Waits {
  until<T>(look: () => T | undefined | false | null, ms?: number): Promise<T>;
  settled(): Promise<void>;
}

/** Only ends a hang: longer than an event that was not acknowledged is sent again and again (3 s to answer, three times more). */
const patienceMs = 40_000;

export function createWaits(hub: Hub): Waits {
  const until = <T>(look: () => T | undefined | false | null, ms = patienceMs): Promise<T> =>
    new Promise((resolve, reject) => {
      const over = (): void => {
        stop();
        clearTimeout(timer);
      };
      const again = (): void => {
        try {
          if (hub.trouble.length > 0)
            throw new Error("The fake Slack itself failed", { cause: hub.trouble[0] });
          const found = look();
          if (found === undefined || found === null || found === false) return;
          over();
          resolve(found);
        } catch (error) {
          over();
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const stop = hub.world.onChange(again);
      const timer = setTimeout(() => {
        over();
        reject(new Error(`Waited ${ms} ms in vain for ${look.toString()}. Last calls: ${lastCalls(hub)}`));
      }, ms);
      again();
    });
  return {
    until,
    async settled() {
      await until(() => hub.deliver.log.every((one) => one.state !== "under way"));
    },
  };
}

function lastCalls({ calls, deliver }: Hub): string {
  const said = calls.slice(-8).map((call) => `${call.method} ${call.error ?? String(call.status)}`);
  const under = deliver.log.filter((one) => one.state !== "acknowledged").length;
  return `${said.join(", ") || "none"}; ${under} of ${deliver.log.length} deliveries not acknowledged`;
}
