// What the Slack platform is made from.

import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { Secret } from "../../base/secret.ts";
import type { RecallPerson } from "./inbound/people.ts";
import type { Installations } from "./installations.ts";

export interface SlackDeps {
  readonly settings: SlackSettings;
  readonly installations: Installations;
  readonly clock: Clock;
  readonly log: Logger;
  /** People as the store last had them, for moments in which Slack can't be asked. */
  readonly recallPerson?: RecallPerson | undefined;
}

export interface SlackSettings {
  /** Root of the Web API, without a slash at its end: every call goes there, uploads included. */
  readonly apiUrl: string;
  /** Proves requests at the HTTP door; without it that door is closed. */
  readonly signingSecret?: Secret | undefined;
  /** Socket Mode is used when it is set. */
  readonly appToken?: Secret | undefined;
  /** Only this workspace or organisation is served, where it is set. */
  readonly teamId?: string | undefined;
  /** Only this app's deliveries are taken, where it is known. */
  readonly appId?: string | undefined;
}
