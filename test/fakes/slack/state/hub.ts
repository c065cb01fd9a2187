// What the parts of the fake Slack reach each other through.

import type { Faults } from "../api/faults.ts";
import type { RateLimits } from "../api/rate-limits.ts";
import type { FakeCall, FakeDelivery, FakeSlackOptions, Interaction, Shape } from "../types.ts";
import type { Channel, World } from "./world.ts";

export interface Deliverer {
  readonly log: FakeDelivery[];
  /** Resolves after the first attempt. Undefined where the app has not subscribed to it or is not installed. */
  event(team: string, event: Shape, envelope?: Shape): Promise<FakeDelivery | undefined>;
  again(delivery: FakeDelivery): Promise<void>;
  interactive(payload: Shape): Promise<Interaction>;
  command(form: Shape): Promise<Interaction>;
}

export interface Hub {
  readonly world: World;
  readonly options: FakeSlackOptions;
  readonly deliver: Deliverer;
  readonly faults: Faults;
  readonly limits: RateLimits;
  readonly calls: FakeCall[];
  readonly secrets: Secrets;
  /** What went wrong inside the fake itself: `until` and `settled` throw it. */
  readonly trouble: unknown[];
  /** Tells the app what happened in the channel, if its bot is there to see it. */
  tell(channel: Channel, event: Shape): Promise<void>;
}

export interface Secrets {
  readonly signing: string;
  readonly app: string;
  readonly client: string;
  /** Tickets of sockets that may be opened. */
  readonly tickets: Set<string>;
}
