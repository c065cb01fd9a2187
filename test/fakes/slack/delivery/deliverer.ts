// Deliveries: one attempt at a time over HTTP or Socket Mode, retries on Slack's schedule, a log of all of it.
//
//   D1  An event is tried again after each wait of the schedule until it is acknowledged; then it is given up.
//   D2  Interactive payloads and commands are tried once: the person sees a warning.

import { ids } from "../ids.ts";
import { textOf } from "../shape.ts";
import type { Deliverer } from "../state/hub.ts";
import type { World } from "../state/world.ts";
import type { Attempt, FakeDelivery, FakeSlackOptions, Interaction, Shape } from "../types.ts";

export interface Retry {
  readonly num: number;
  readonly reason: string | undefined;
}

/** Why an attempt came to nothing, in Slack's words. */
export type Outcome = Pick<Attempt, "status" | "body" | "failure"> & { readonly noRetry?: boolean };

export interface Route {
  attempt(delivery: FakeDelivery, retry: Retry): Promise<Outcome>;
}

export function createDeliverer(
  world: World,
  options: FakeSlackOptions,
  route: () => Route,
): Deliverer & { stop(): void } {
  const log: FakeDelivery[] = [];
  const delays = options.retryDelays ?? [0, 60_000, 300_000];
  const timers = new Set<() => void>();
  let stopped = false;

  const attempt = async (delivery: FakeDelivery, retry: Retry): Promise<Outcome> => {
    const at = world.clock.now();
    const { noRetry, ...outcome } = await route().attempt(delivery, retry);
    delivery.attempts.push({ at, retryNum: retry.num, retryReason: retry.reason, ...outcome });
    const delay = delays[retry.num];
    if (outcome.failure === undefined) delivery.state = "acknowledged";
    else if (delivery.kind !== "events_api" || noRetry || delay === undefined || stopped)
      delivery.state = "given up";
    else later(delay, () => void attempt(delivery, { num: retry.num + 1, reason: outcome.failure }));
    world.changed();
    return outcome;
  };
  const later = (ms: number, then: () => void): void => {
    if (ms === 0) return void setImmediate(then);
    const cancel = world.clock.after(ms, () => {
      timers.delete(cancel);
      then();
    });
    timers.add(cancel);
  };
  const start = (kind: FakeDelivery["kind"], payload: Shape): FakeDelivery => {
    const delivery: FakeDelivery = {
      kind,
      payload,
      eventId: kind === "events_api" ? textOf(payload["event_id"]) : undefined,
      attempts: [],
      state: "under way",
    };
    log.push(delivery);
    return delivery;
  };
  const once = async (kind: "interactive" | "slash_commands", payload: Shape): Promise<Interaction> => {
    const delivery = start(kind, payload);
    const { status, body, failure } = await attempt(delivery, { num: 0, reason: undefined });
    return { status, body, warned: failure !== undefined, triggerId: textOf(payload["trigger_id"]) ?? "" };
  };

  return {
    log,
    async event(teamId, event, envelope = {}) {
      const team = world.teams.get(teamId);
      if (!team || !isSubscribed(event, options)) return undefined;
      const delivery = start("events_api", {
        token: "verification-token",
        team_id: teamId,
        context_team_id: teamId,
        context_enterprise_id: null,
        api_app_id: ids.app,
        event,
        type: "event_callback",
        event_id: world.nextId("Ev"),
        event_time: Math.floor(world.clock.now() / 1000),
        authorizations: [
          {
            enterprise_id: null,
            team_id: teamId,
            user_id: team.botUserId,
            is_bot: true,
            is_enterprise_install: false,
          },
        ],
        is_ext_shared_channel: false,
        event_context: world.nextId("4-"),
        ...envelope,
      });
      await attempt(delivery, { num: 0, reason: undefined });
      return delivery;
    },
    async again(delivery) {
      await attempt(delivery, { num: delivery.attempts.length, reason: "http_timeout" });
    },
    interactive: (payload) => once("interactive", payload),
    command: (form) => once("slash_commands", form),
    stop() {
      stopped = true;
      for (const cancel of timers) cancel();
      for (const one of log) if (one.state === "under way") one.state = "given up";
    },
  };
}

const messageEvents: Readonly<Record<string, string>> = {
  channel: "message.channels",
  group: "message.groups",
  im: "message.im",
  mpim: "message.mpim",
};

function isSubscribed(event: Shape, options: FakeSlackOptions): boolean {
  const type = String(event["type"]);
  const name = type === "message" ? (messageEvents[String(event["channel_type"])] ?? type) : type;
  return options.subscribed?.includes(name) ?? true;
}
