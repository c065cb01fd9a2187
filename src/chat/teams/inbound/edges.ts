// What the door needs from the parts beside it: where events go, and what only outbound and render can do.

import type { z } from "zod";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import type { Person } from "../../../domain/person.ts";
import type { PlatformHooks, Receive } from "../../contract.ts";
import type { FormData } from "../action-data.ts";
import type { CountRejection } from "./rejections.ts";
import type { FileConsent } from "./shapes.ts";

export interface InboundEdges {
  readonly receive: Receive;
  readonly hooks: PlatformHooks;
  readonly reject: CountRejection;
  cardOf(at: ConversationAddress, message: Outgoing): Promise<unknown>;
  formFor(form: z.infer<typeof FormData>): { readonly title: string; readonly card: unknown };
  /** Somebody asked for the page about their own work. */
  homeWanted(person: Person): void;
  /** Works on it afterwards. */
  consented(
    at: ConversationAddress,
    messageId: string | undefined,
    consent: z.infer<typeof FileConsent>,
  ): void;
}
