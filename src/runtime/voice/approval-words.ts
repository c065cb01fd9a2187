// What is told to who tried to decide, and could not.

import type { MayDecide } from "../../approvals/who-decides.ts";
import type { Approval } from "../../domain/approval.ts";

export const expired = "This expired before you decided, which counts as denied. Nothing was done.";
export const tampered =
  "This request was changed in the database by somebody else, so it counts for nothing. Nothing was done; please tell whoever runs Deputy.";
export const votedAlready = "You have decided on this already. It needs the others now.";
export const notJson =
  "I couldn't read that as JSON, so nothing was changed. Press Edit again and keep its form.";

const mayNotWords: Readonly<Record<Extract<MayDecide, { kind: "may-not" }>["why"], string>> = {
  kind: "Guests, people of other organisations and bots can't decide this. The card stays open for those it names.",
  requester: "You asked for this, so somebody else has to decide it. The card stays open for those it names.",
  revoked:
    "An operator has withdrawn your access, so you can't decide this. The card stays open for those it names.",
  "not-asked": "You cannot decide this: it is for those the card names. It stays open for them.",
};

export function mayNot(why: Extract<MayDecide, { kind: "may-not" }>["why"]): string {
  return mayNotWords[why];
}

export function alreadyDecided(approval: Approval | undefined): string {
  if (approval?.state === "expired") return expired;
  if (approval?.state === "superseded") {
    return "This is not asked any more: something about it changed. If it still holds there is a newer card.";
  }
  if (approval?.state === "cancelled") {
    return "This is closed already, because the work it belongs to has ended. Nothing was changed.";
  }
  const last = approval?.votes.at(-1);
  if (!last) return "This was decided already. Nothing was changed.";
  return `This was decided already: ${last.byName} ${last.verdict === "deny" ? "denied" : "approved"} it.`;
}

export function unfit(problem: string): string {
  return `Nothing was changed: the edited arguments don't fit. ${problem}`;
}
