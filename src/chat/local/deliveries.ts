// Tells the agent what people did, until it has taken it.
//
//   DV1  A delivery counts as taken only after `receive` resolved (C1); it is repeated under the same event id.
//   DV2  Repeats: at once, after a minute, after five, at the next start, and whenever a person asks for it.
//   DV3  One delivery of an event at a time.

import type { CancelTimer, Clock } from "../../base/clock.ts";
import { isAppError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Receive } from "../contract.ts";
import type { Ledger } from "./ledger.ts";
import { toInbound } from "./to-inbound.ts";

const laterMs = [60_000, 300_000] as const;

export interface Deliveries {
  /** Begins to deliver, what was left over first. */
  start(receive: Receive): void;
  /** Ends the repeats and waits for what is under way. */
  stop(): Promise<void>;
  /** True once the agent has taken it. False when it has refused twice, or is not there yet: repeats follow. */
  deliver(event: string): Promise<boolean>;
}

export interface DeliveryDeps {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly log: Logger;
  readonly agentName: string;
}

export function createDeliveries(deps: DeliveryDeps): Deliveries {
  const { ledger, clock } = deps;
  const timers = new Map<string, CancelTimer>();
  const once = createSingleFlight();
  let receive: Receive | undefined;

  const attempt = (event: string): Promise<boolean> => tryOnce(deps, receive, event);

  const repeat = (event: string, waits: readonly number[]): void => {
    const [waitMs, ...rest] = waits;
    if (waitMs === undefined || receive === undefined) return;
    const again = async (): Promise<void> => {
      timers.delete(event);
      if (!(await once.run(event, () => attempt(event)))) repeat(event, rest);
    };
    timers.set(
      event,
      clock.after(waitMs, () => void again()),
    );
  };

  const deliver = async (event: string): Promise<boolean> => {
    if (receive === undefined) return false;
    timers.get(event)?.();
    timers.delete(event);
    if ((await attempt(event)) || (await attempt(event))) return true;
    await mark(deps, "undelivered", event);
    repeat(event, laterMs);
    return false;
  };

  return {
    deliver: (event) => once.run(event, () => deliver(event)),
    start(given) {
      receive = given;
      for (const event of ledger.room.pending.keys()) void once.run(event, () => deliver(event));
    },
    async stop() {
      receive = undefined;
      for (const cancel of timers.values()) cancel();
      timers.clear();
      await once.settled();
    },
  };
}

async function tryOnce(deps: DeliveryDeps, receive: Receive | undefined, event: string): Promise<boolean> {
  const { ledger, log, agentName } = deps;
  const record = ledger.room.pending.get(event)?.record;
  if (record === undefined) return true;
  const place = ledger.room.messages.get(record.message);
  if (receive === undefined || place === undefined) return false;
  try {
    await receive(toInbound(record, place, agentName));
  } catch (error) {
    log.warn("a chat event was not taken and will be delivered again", { event, code: codeOf(error) });
    return false;
  }
  await mark(deps, "delivered", event);
  return true;
}

/** Without the mark it is delivered again at the next start, and recognised there by its id. */
async function mark(
  { ledger, log }: DeliveryDeps,
  type: "delivered" | "undelivered",
  event: string,
): Promise<void> {
  await ledger.commit({ type, event }).catch((error: unknown) => {
    log.warn("the fate of a chat event could not be written down", {
      event,
      fate: type,
      code: codeOf(error),
    });
  });
}

interface SingleFlight {
  /** Joins the run of the same name that is under way, if there is one. */
  run(name: string, act: () => Promise<boolean>): Promise<boolean>;
  settled(): Promise<void>;
}

function createSingleFlight(): SingleFlight {
  const underWay = new Map<string, Promise<boolean>>();
  return {
    run(name, act) {
      const running = underWay.get(name);
      if (running !== undefined) return running;
      const started = act().finally(() => underWay.delete(name));
      underWay.set(name, started);
      return started;
    },
    async settled() {
      await Promise.all(underWay.values());
    },
  };
}

function codeOf(error: unknown): string {
  return isAppError(error) ? error.code : "unforeseen";
}
