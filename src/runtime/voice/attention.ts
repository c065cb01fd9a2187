// Attention messages: posts that notify because a person must act (ux c.3, c.9).

import { optionValue } from "../../domain/actions.ts";
import type { BudgetLimit } from "../../domain/budget.ts";
import type { WaitId } from "../../domain/ids.ts";
import type { Attention, Button, Utterance } from "../../domain/outbox.ts";
import type { Run } from "../../domain/run.ts";
import type { BudgetAsk, DoubtAsk, QuestionAsk, WaitAsk } from "../../domain/wait.ts";
import {
  approvalCard,
  card,
  type PrivateCard,
  privateCards,
  privateKey,
  privateWork,
} from "./approval-card.ts";
import { grantCard } from "./grant-card.ts";
import { type Due, dayAndTime } from "./local-time.ts";
import { scheduleCard } from "./schedule-card.ts";

/** Key of the post that asks; the edit that shows the decision targets it. */
export function askKey(wait: WaitId): string {
  return `ask:${wait}`;
}

/** The answers to "did it happen?" of a step in doubt, in the order of their buttons. */
export const doubtOptions = ["It ran", "It did not run", "Do it again"] as const;

/** In the thread. */
export function attention(run: Run, wait: WaitId, ask: WaitAsk, due: Due | undefined): Attention {
  if (ask.apart === undefined || ask.kind === "approval") return inFull(run, wait, ask, due);
  return withoutWords(inFull(run, wait, withoutArguments(ask), due), run, ask);
}

/** To whom it asks, where nobody else reads (OUT-4). */
export function attentionAside(run: Run, wait: WaitId, ask: WaitAsk, due: Due | undefined): Attention {
  if (ask.apart === "nobody" && ask.kind !== "approval") return attention(run, wait, ask, due);
  if (ask.kind !== "approval" || !ask.privately.some(({ key }) => key === run.subject))
    return inFull(run, wait, ask, due);
  return card({ wait, ask, due }, { key: run.subject, name: run.subjectName });
}

/** What goes to the direct messages of who is asked there, whatever it is. */
export function cardsAside(run: Run, wait: WaitId, ask: WaitAsk, due: Due | undefined): PrivateCard[] {
  if (ask.kind === "approval") return privateCards(run, wait, ask, due);
  if (ask.apart !== "asked" || !holdsWords(ask)) return [];
  const op = { op: "post", message: inFull(run, wait, ask, due) } as const;
  const to = { key: run.subject, name: run.subjectName };
  return [{ to, utterance: { key: privateKey(wait, to.key), tenant: run.tenant, op } }];
}

/** Others are by code: their title apart, they tell nothing of what the run saw. */
function holdsWords({ kind }: WaitAsk): boolean {
  return kind === "question" || kind === "schedule";
}

function withoutArguments(ask: WaitAsk): WaitAsk {
  if (ask.kind !== "doubt") return ask;
  const { arguments: _seen, ...rest } = ask;
  return rest;
}

function withoutWords(full: Attention, run: Run, ask: WaitAsk): Attention {
  if (!holdsWords(ask)) return { ...full, title: privateWork };
  const { footer: _footer, freeText, ...rest } = full;
  const bare = { ...rest, title: privateWork };
  if (ask.apart === "asked")
    return { ...bare, text: `I have asked ${run.subjectName} in a direct message: ${why}.`, options: [] };
  const text = `I have something to ask and keep its words back: it holds another person's matters. How shall I go on?`;
  const options = bare.options.filter(({ style }) => style === "danger");
  return { ...bare, text, options, ...(freeText ? { freeText } : {}) };
}

const why = "it holds private matters, and others read here";

function inFull(run: Run, wait: WaitId, ask: WaitAsk, due: Due | undefined): Attention {
  switch (ask.kind) {
    case "question":
      return question(run, wait, ask, due);
    case "budget":
      return budget(run, wait, ask);
    case "doubt":
      return doubt(run, wait, ask);
    case "schedule":
      return scheduleCard(run, wait, ask, due);
    case "grant":
      return grantCard(run, wait, ask);
    case "approval":
      return approvalCard(run, wait, ask, due);
    default:
      return ask satisfies never;
  }
}

export function askPost(run: Run, wait: WaitId, ask: WaitAsk, due: Due | undefined): Utterance & Asking {
  return {
    key: askKey(wait),
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "post", message: attention(run, wait, ask, due) },
  };
}

interface Asking {
  readonly op: { readonly op: "post"; readonly message: Attention };
}

/** The same, calling nobody: a reminder does that when the night is over (QT2). */
export function withoutCall<T extends Asking>({ op, ...at }: T): Omit<T, "op"> & Asking {
  const { mention: _person, ...message } = op.message;
  return { ...at, op: { ...op, message } };
}

/** The same message once it is decided: no buttons, and who chose what. */
export function askDecided(run: Run, wait: WaitId, ask: WaitAsk, decided: string): Utterance {
  const { freeText: _field, footer: _footer, ...asked } = attention(run, wait, ask, undefined);
  return {
    key: `${askKey(wait)}:decided`,
    tenant: run.tenant,
    conversation: run.conversation,
    run: run.id,
    op: { op: "edit", target: askKey(wait), message: { ...asked, options: [], decided } },
  };
}

function question(run: Run, wait: WaitId, ask: QuestionAsk, due: Due | undefined): Attention {
  return {
    kind: "attention",
    about: "question",
    title: run.plan?.title ?? run.title,
    text: ask.question,
    ...defaultFooter(ask.default, due),
    mention: run.subject,
    mentionName: run.subjectName,
    options: ask.options.map((label, index) => answerButton(optionValue(wait, index), label, index === 0)),
    freeText: answerButton(wait, ask.options.length > 0 ? "Something else" : "Answer", false),
  };
}

function defaultFooter(fallback: string | undefined, due: Due | undefined): { readonly footer?: string } {
  if (fallback === undefined) return {};
  const until = due === undefined ? "" : ` by ${dayAndTime(due.at, due.timeZone)}`;
  return { footer: `Without an answer${until} I go with: ${fallback}` };
}

function answerButton(value: string, label: string, primary: boolean): Button {
  return { action: "question.answer", value, label, style: primary ? "primary" : "plain" };
}

const limitWords: Readonly<Record<BudgetLimit, (ask: BudgetAsk) => string>> = {
  steps: (ask) => `${ask.used} of ${ask.cap} steps`,
  tokens: (ask) => `${ask.used} of ${ask.cap} tokens`,
  usd: (ask) => `${ask.used.toFixed(2)} of ${ask.cap.toFixed(2)} USD`,
  hours: (ask) => `${ask.used.toFixed(1)} of ${ask.cap.toFixed(1)} hours`,
};

function budget(run: Run, wait: WaitId, ask: BudgetAsk): Attention {
  const steps = run.plan?.steps ?? [];
  const done = steps.filter((step) => step.state === "done").length;
  const progress = steps.length > 0 ? ` Done so far: ${done} of ${steps.length} steps of the plan.` : "";
  return {
    kind: "attention",
    about: "budget",
    title: run.plan?.title ?? run.title,
    text: `I have used ${limitWords[ask.limit](ask)}, which is the limit of this run.${progress} Nothing is lost. How shall I go on?`,
    mention: run.subject,
    mentionName: run.subjectName,
    options: [
      { action: "budget.add", value: wait, label: "Allow half as much again", style: "primary" },
      { action: "budget.finish", value: wait, label: "Finish with what I have", style: "plain" },
      { action: "run.stop", value: run.id, label: "Stop", style: "danger" },
    ],
  };
}

function begun({ startedAt }: DoubtAsk): string {
  return startedAt === undefined ? "" : `, begun ${dayAndTime(startedAt, undefined)}`;
}

function doneWith({ arguments: text }: DoubtAsk): string {
  return text === undefined || text === "{}" ? "" : `It was to be done with ${text}. `;
}

function doubt(run: Run, wait: WaitId, ask: DoubtAsk): Attention {
  return {
    kind: "attention",
    about: "doubt",
    title: run.plan?.title ?? run.title,
    text:
      `I was interrupted while doing “${ask.tool}” (step ${ask.step}${begun(ask)}) and can't tell whether it happened. ` +
      `${doneWith(ask)}I won't repeat it by myself. Please check, and tell me.`,
    mention: run.subject,
    mentionName: run.subjectName,
    options: doubtOptions.map((label, index) => answerButton(optionValue(wait, index), label, false)),
  };
}
