// What a rendered message is, and what its renderer has to know of the place it goes to.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { MayFollow } from "../../prose/addresses.ts";

export type Json = Readonly<Record<string, unknown>>;

/** The parts of an activity that show something. */
export interface TeamsMessage {
  readonly type: "message";
  readonly textFormat?: "markdown";
  readonly text?: string;
  /** For notifications and screen readers, where a card says it all. */
  readonly summary: string;
  readonly attachments?: readonly Json[];
  readonly entities?: readonly Json[];
  readonly channelData?: Json;
}

export interface RenderPlace {
  readonly kind: ConversationAddress["kind"];
  /** One for each showing (AD2). */
  readonly nonce: string;
  /** What Teams calls a person, where they can be mentioned. */
  readonly userId?: ((key: PersonKey) => string | undefined) | undefined;
  readonly mayFollow?: MayFollow | undefined;
  /** The run's page in the console. */
  readonly detailsUrl?: string | undefined;
  /** Files that are not shown by Teams itself: an address, or none where there is no way to them. */
  readonly fileLink?: ((name: string, sha256: string) => string | undefined) | undefined;
  /** It is the end of a stream that shows the beginning of its words. */
  readonly streamed?: boolean | undefined;
  /** The most characters of prose. */
  readonly room?: number | undefined;
}
