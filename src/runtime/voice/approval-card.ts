// The card that asks for one or several approvals (APR-5): by code from what would be done, never in the agent's words.
//
//   CA1  Decided by its buttons alone (APR-4). The value of each is an opaque id (APR-6).
//   CA2  Several acts of one answer are one card, decided together (APR-9).

import { actName, actText, shownCharacters } from "../../approvals/card-text.ts";
import type { Draft } from "../../approvals/ask-approval.ts";
import { approveForRunValue } from "../../domain/actions.ts";
import type { PersonKey, WaitId } from "../../domain/ids.ts";
import { isElsewhere } from "../../domain/person-link.ts";
import type { Attention, Button, Utterance } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { ApprovalAsk } from "../../domain/wait.ts";
import { type Due, utcTime } from "./local-time.ts";

/** For a title that would tell of somebody's private matters (OUT-4). */
export const privateWork = "Work with private matters";

export interface Named {
  readonly key: PersonKey;
  readonly name: string;
}

/** How the wait is answered, in the words in which it is shown. */
export const approvalAnswers = {
  approved: "Approved",
  denied: "Denied",
  mixed: "Decided one by one",
  expired: "not doing it",
} as const;

export function approvalAsk(run: Run, drafts: readonly Draft[], people: readonly Named[]): ApprovalAsk {
  const limit = Math.max(120, Math.floor(shownCharacters / Math.max(1, drafts.length)));
  const quorum = Math.max(1, ...drafts.map(({ facts }) => facts.quorum));
  const own = people.find(({ key }) => key === run.subject);
  const here = people.find(({ key }) => !isElsewhere(key, run.subject));
  const first = own ?? here ?? people[0] ?? { key: run.subject, name: run.subjectName };
  const names = people.slice(0, 10).map(({ name }) => name);
  const others = people.length > names.length ? ` and ${people.length - names.length} more` : "";
  return {
    kind: "approval",
    approvals: drafts.map((draft) => ({
      id: draft.id,
      name: actName(draft),
      text: actText(draft, drafts.length === 1 ? undefined : limit),
    })),
    who: `${names.join(", ")}${others}${quorum > 1 ? ` (${quorum} of them)` : ""}`,
    first: first.key,
    firstName: first.name,
    privately: people.filter(
      ({ key }) => key !== run.subject && (run.mode === "assistant" || isElsewhere(key, run.subject)),
    ),
    ...(quorum > 1 ? { several: true } : {}),
    standable: drafts.length === 1 && drafts.every(({ facts }) => facts.standable),
    editable: drafts.length === 1,
  };
}

/** OUT-4: in private to each who may decide it; to the owner of what it holds alone, where they are one and one is enough. */
export function askedApart(run: Run, ask: ApprovalAsk, people: readonly Named[] = []): ApprovalAsk {
  if (ask.apart === undefined) return ask;
  const owners = people.filter(({ key }) => run.taint.private.every((owner) => owner === key));
  return { ...ask, privately: owners.length > 0 && !ask.several ? owners : [...people] };
}

/** In the thread: where all who may decide are asked in private, it says so and has no buttons. */
export function approvalCard(run: Run, wait: WaitId, ask: ApprovalAsk, due: Due | undefined): Attention {
  const { first, firstName, privately } = ask;
  if (ask.apart === undefined && !privately.some(({ key }) => key === first))
    return card({ wait, ask, due }, { key: first, name: firstName });
  const names = privately.map(({ name }) => name).join(", ");
  return {
    kind: "attention",
    about: "approval",
    title: ask.apart === undefined ? approvalTitle(ask) : privateWork,
    text:
      names === ""
        ? "Waiting for approval. It holds private matters, and others read here, so I don't show it."
        : `Waiting for approval from ${names} (asked privately).`,
    mention: run.subject,
    mentionName: run.subjectName,
    options: [],
  };
}

/** To each who is asked in their own direct messages. */
export function privateCards(run: Run, wait: WaitId, ask: ApprovalAsk, due: Due | undefined): PrivateCard[] {
  return ask.privately.map((to) => ({
    to,
    utterance: {
      key: privateKey(wait, to.key),
      tenant: run.tenant,
      op: { op: "post", message: card({ wait, ask, due }, to) },
    },
  }));
}

interface Asked {
  readonly wait: WaitId;
  readonly ask: ApprovalAsk;
  readonly due: Due | undefined;
}

export function card({ wait, ask, due }: Asked, to: Named): Attention {
  return {
    kind: "attention",
    about: "approval",
    title: approvalTitle(ask),
    text: textOf(ask),
    footer: footer(ask, due),
    mention: to.key,
    mentionName: to.name,
    options: buttons(wait, ask),
    ...editing(ask),
  };
}

export interface PrivateCard {
  readonly to: Named;
  readonly utterance: Omit<Utterance, "conversation" | "op"> & {
    readonly op: { readonly op: "post"; readonly message: Attention };
  };
}

export function privateKey(wait: WaitId, person: PersonKey): string {
  return `ask:${wait}:${person}`;
}

export function approvalTitle({ approvals }: ApprovalAsk): string {
  const [only] = approvals;
  return approvals.length === 1 && only ? only.name : `${approvals.length} actions`;
}

function textOf({ approvals }: ApprovalAsk): string {
  if (approvals.length === 1) return approvals[0]?.text ?? "";
  return approvals.map(({ text }, place) => `**${place + 1}.** ${text}`).join("\n\n");
}

function footer({ who, approvals }: ApprovalAsk, due: Due | undefined): string {
  const until = due === undefined ? "" : ` Expires ${utcTime(due.at)}; no decision means no.`;
  const all = approvals.length > 1 ? " The buttons decide all of them." : "";
  return `May decide: ${who}.${until}${all} Only the buttons count.`;
}

/** Takes JSON: of what shall be otherwise. */
function editing({ approvals, editable }: ApprovalAsk): Pick<Attention, "freeText"> {
  const [only] = approvals;
  if (!editable || !only) return {};
  return { freeText: { action: "approval.edit", value: only.id, label: "Edit", style: "plain" } };
}

function valueOf(wait: WaitId, { approvals }: ApprovalAsk): string {
  return approvals.length === 1 ? (approvals[0]?.id ?? wait) : wait;
}

export function viewButton(wait: WaitId, ask: ApprovalAsk): Button {
  return { action: "approval.view", value: valueOf(wait, ask), label: "View all", style: "plain" };
}

function buttons(wait: WaitId, ask: ApprovalAsk): Button[] {
  const value = valueOf(wait, ask);
  const more: Button = {
    action: "approval.approve",
    value: approveForRunValue(value),
    label: "Allow for this run",
    style: "plain",
  };
  return [
    { action: "approval.approve", value, label: "Approve", style: "primary" },
    { action: "approval.deny", value, label: "Deny", style: "danger" },
    viewButton(wait, ask),
    ...(ask.standable ? [more] : []),
  ];
}
