// What tools want said or kept, turned into rows of the step's own transaction (T2).

import type { NewAuditEvent } from "../domain/audit-event.ts";
import type { NewMemory } from "../domain/memory.ts";
import type { Utterance } from "../domain/outbox.ts";
import { isMarked } from "../domain/taint.ts";
import type { RunPatch } from "../store/contract-runs.ts";
import type { Effect } from "../tools/contract.ts";
import type { AgentDirectory, World } from "./deps.ts";
import { limits } from "./limits.ts";
import { memoryScope } from "./memory-scope.ts";
import { quietFor } from "./quiet.ts";
import { nextPromise, showsCard } from "./scheduled.ts";
import { notice, noticePost } from "./voice/notice.ts";
import { cardEdit, cardPost, cardStateOf } from "./voice/run-card.ts";
import { sessionStatus } from "./voice/session-status.ts";
import { notedLines, type Work } from "./work.ts";

export interface Consequences {
  readonly patch: RunPatch;
  readonly say: readonly Utterance[];
  readonly memories: readonly NewMemory[];
  readonly events: readonly NewAuditEvent[];
}

export interface StepEffects {
  readonly n: number;
  readonly effects: readonly Effect[];
}

export function consequences(
  work: Work,
  all: readonly StepEffects[],
  deps: { readonly world: World; readonly agents: AgentDirectory },
): Consequences {
  const { world } = deps;
  const flat = all.flatMap(({ n, effects }) => effects.map((effect) => ({ n, effect })));
  const plan = flat.findLast(({ effect }) => effect.kind === "plan")?.effect;
  const told = flat.findLast(({ effect }) => effect.kind === "check_in")?.effect;
  const newPlan = plan?.kind === "plan" ? plan.plan : undefined;
  if (told?.kind === "check_in") work.cardLine = told.text;
  const patch: RunPatch = {
    ...(newPlan ? { plan: newPlan, title: newPlan.title } : {}),
    ...(newPlan || told ? nextPromise(work.run, world.clock.now() + deps.agents.checkInMs) : {}),
  };
  return {
    patch,
    say: [
      ...flat.flatMap(({ n, effect }) => shared(work, n, effect)),
      ...flat.flatMap(({ n, effect }) => longSilence(work, n, effect, deps)),
      ...(newPlan || told ? cardSays({ ...work, run: { ...work.run, ...patch } }, work, world) : []),
    ],
    memories: flat.flatMap(({ effect }) => remembered(work, effect, world)),
    events: flat.flatMap(({ n, effect }) => denied(work, n, effect, world)),
  };
}

/** The card as `seen` has it: its first post, or an edit. Marks on `work` that there is a card now. */
export function cardSays(seen: Work, work: Work, world: World): Utterance[] {
  const look = {
    state: cardStateOf("working"),
    ...(work.cardLine === undefined ? {} : { line: work.cardLine }),
    noted: notedLines(work),
  };
  if (work.cardPosted) return [cardEdit(seen.run, look, world.ids.next("rev"))];
  if (!showsCard(work.run)) return [];
  work.cardPosted = true;
  return [cardPost(seen.run, look)];
}

/** The card of work that leaves the foreground without having made a plan (ux c.0 rule 2). */
export function lateCard(work: Work, world: World): Utterance[] {
  if (work.cardPosted || world.clock.now() - work.run.createdAt < limits.cardAfterMs) return [];
  return cardSays(work, work, world);
}

function shared(work: Work, n: number, effect: Effect): Utterance[] {
  if (effect.kind !== "share") return [];
  const at = { tenant: work.run.tenant, conversation: work.run.conversation, run: work.run.id };
  const text = effect.comment ?? effect.file.title ?? effect.file.name;
  return [noticePost(at, `share:${work.run.id}:${n}`, notice(text, [effect.file]))];
}

/** On long work a check-in is also a post of its own: an edited card alone notifies nobody. */
function longSilence(
  work: Work,
  n: number,
  effect: Effect,
  deps: { readonly world: World; readonly agents: AgentDirectory },
): Utterance[] {
  if (effect.kind !== "check_in") return [];
  const silentMs = deps.world.clock.now() - (work.run.checkInAt ?? work.run.createdAt);
  const overdue = work.run.checkInAt === undefined ? silentMs > deps.agents.checkInMs : silentMs > 0;
  if (!overdue || quietFor(work, deps) !== undefined) return [];
  const at = { tenant: work.run.tenant, conversation: work.run.conversation, run: work.run.id };
  return [noticePost(at, `checkin:${work.run.id}:${n}`, notice(effect.text))];
}

function remembered(work: Work, effect: Effect, world: World): NewMemory[] {
  if (effect.kind !== "remember") return [];
  const { tenant, agent, taint } = work.run;
  const scope = memoryScope(work.run, work.conversation);
  const marks = isMarked(taint) ? { taint } : {};
  return [{ tenant, agent, scope, fact: effect.fact, ...marks, createdAt: world.clock.now() }];
}

/** A host that a tool asked for and did not get (EGR-2). Of the address only the host: the rest may be data. */
function denied(work: Work, n: number, effect: Effect, world: World): NewAuditEvent[] {
  if (effect.kind !== "denied") return [];
  const { id, tenant, agent, mode, subject } = work.run;
  return [
    {
      tenant,
      type: "egress.denied",
      time: world.clock.now(),
      actor: `agent:${agent}`,
      ...(mode === "assistant" ? { subject } : {}),
      requester: subject,
      run: id,
      step: n,
      data: { host: effect.host },
    },
  ];
}

/** A run that takes up again after a wait: the session mark and the card say so. */
export function resumeSays(work: Work, world: World): Utterance[] {
  const card = work.cardPosted ? cardSays(work, work, world) : [];
  return [sessionStatus(work.run, "processing", world.ids), ...card];
}
