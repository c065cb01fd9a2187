// What a rendered message is, and what its renderer has to know of the place it goes to.

import type { KnownBlock } from "@slack/types";
import type { MayFollow } from "../../prose/addresses.ts";

export interface SlackMessage {
  /** Never empty: notification, screen readers, and all there is where `blocks` is empty. In mrkdwn, escaped. */
  readonly text: string;
  /** An edit sends an empty list too: without one Slack keeps the blocks that were there. */
  readonly blocks?: readonly KnownBlock[];
}

export interface RenderPlace {
  /** Workspace (or organisation) that the message goes to. */
  readonly team: string;
  /** The run's page in the console. */
  readonly detailsUrl?: string | undefined;
  /** Which addresses in the agent's words may be clicked (OUT-2); none where it is absent. */
  readonly mayFollow?: MayFollow | undefined;
}
