// A message as it goes over the wire, and once more as words where Teams refuses its card.
//
//   SW1  A notice is the plainest form that the gateway has (ux c.0 rule 9). Richer messages are refused, so that the
//        gateway can choose another form.
//   SW2  Only what the message says may be followed can be clicked (OUT-2).
//   SW3  Words that don't fit are refused whole, so that the gateway sends them as a file; only what has controls is cut (T-M15).

import type { Ids } from "../../../base/ids.ts";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import { ChatError } from "../../errors.ts";
import { requireSize } from "../../require-size.ts";
import type { TeamsReferences } from "../deps.ts";
import { fitsWhole, plainForm, renderMessage } from "../render/render-message.ts";
import type { RenderPlace, TeamsMessage } from "../render/teams-message.ts";

/** Most characters in one message: nothing is cut of them (SW3). */
export const longestText = 12_000;

export interface Showing {
  /** What a rendering in `kind` of place needs to know. */
  placeFor(message: Outgoing, kind: ConversationAddress["kind"]): Promise<RenderPlace>;
  inSomeForm<T>(message: Outgoing, to: RenderPlace, send: (form: TeamsMessage) => Promise<T>): Promise<T>;
}

export interface ShowingDeps {
  readonly references: TeamsReferences;
  readonly ids: Ids;
  readonly fileLink: RenderPlace["fileLink"];
}

export function createShowing({ references, ids, fileLink }: ShowingDeps): Showing {
  return {
    async placeFor(message, kind) {
      const follow = new Set(message.kind === "card" ? [] : message.follow);
      const called = message.kind === "attention" || message.kind === "result" ? message.mention : undefined;
      const userId = called === undefined ? undefined : (await references.person(called))?.userId;
      return {
        kind,
        nonce: ids.next("n"),
        userId: (key: PersonKey) => (key === called ? userId : undefined),
        detailsUrl: message.kind === "card" || message.kind === "result" ? message.details : undefined,
        mayFollow: (url) => follow.has(url.href),
        ...(kind === "dm" ? {} : { fileLink }),
      };
    },
    async inSomeForm(message, to, send) {
      requireSize(message, longestText);
      if (isProse(message) && !fitsWhole(message, to)) throw tooLarge();
      try {
        return await send(renderMessage(message, to));
      } catch (error) {
        if (message.kind !== "notice" || !isFormRefused(error)) throw error;
        return send(plainForm(message, to));
      }
    },
  };
}

function isProse({ kind }: Outgoing): boolean {
  return kind === "notice" || kind === "result";
}

function tooLarge(): ChatError {
  return new ChatError("chat.bad_request", "Teams takes no message of this size. Send it as a file.", {
    fate: "refused",
  });
}

function isFormRefused(error: unknown): boolean {
  return error instanceof ChatError && error.code === "chat.decoration_refused" && error.fate === "refused";
}
