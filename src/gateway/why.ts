// Why the agent did what it did: from the journal, the approvals and the record, for people.

import { z } from "zod";
import { parseJson } from "../base/json.ts";
import { approvalOf, type Approval } from "../domain/approval.ts";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import type { Run } from "../domain/run.ts";
import type { Step } from "../domain/step.ts";
import { why, whyIdle } from "../runtime/voice/replies.ts";
import { actLine, spentLine, type ToldAct } from "../runtime/voice/why-words.ts";
import type { Tx } from "../store/contract.ts";
import type { Decision } from "./desk.ts";

/** Acts that are told, the last ones. */
const mostActs = 3;
/** Events that are looked through for them. */
const mostEvents = 200;
/** Tools whose use is no act outside of the conversation. */
const talk: ReadonlySet<string> = new Set(["set_plan", "check_in", "ask_person", "recall", "finish"]);

const outcomes: Readonly<Record<string, ToldAct["outcome"]>> = {
  "tool.done": "done",
  "tool.failed": "failed",
  "tool.unknown": "in doubt",
  "policy.decided": "waits",
};

const ActEvent = z.looseObject({
  type: z.string(),
  tool: z.string(),
  step: z.number(),
  decision: z.string().optional(),
  rules: z.array(z.string()).optional(),
  data: z.looseObject({ identity: z.string().optional() }).optional(),
});
type ActEvent = z.infer<typeof ActEvent>;

/** Of what is under way, or of the last thing that was; `asker` reads the goal of a run of their own only in private places. */
export async function whyOf(d: Decision, run: Run, asker: PersonKey): Promise<string> {
  const open = run.endedAt === undefined;
  const [last] = await d.tx.steps.list(run.id, Math.max(0, run.cursor - 1));
  const approvals = await d.tx.approvals.forRun(run.id);
  const head = open
    ? why(run, await d.tx.waits.readableOf(run.id), letIn(last, approvals), d.now)
    : whyIdle(run);
  const acts = run.mode === "assistant" && asker !== run.subject ? [] : await actsOf(d, run, approvals);
  const details = d.detailsAt?.(run.id, asker);
  return [
    head,
    ...(acts.length > 0 ? ["What I did last:", ...acts.map(actLine)] : []),
    spentLine(run),
    ...(details === undefined ? [] : [`Details: ${details}`]),
  ].join("\n");
}

/** A tool that was not let in has no name here: the model may have made it up (RC3, OUT-4). */
function letIn(step: Step | undefined, approvals: readonly Approval[]): Step | undefined {
  if (step?.tool === undefined || step.identity !== undefined || approvalOf(approvals, step.n)) return step;
  const { tool: _made, ...rest } = step;
  return rest;
}

async function actsOf(d: Decision, run: Run, approvals: readonly Approval[]): Promise<ToldAct[]> {
  const rows = (await d.tx.audit.ofRun(run.id)).slice(-mostEvents);
  const events = rows.flatMap(({ line }) => ActEvent.safeParse(parseJson(line)?.value).data ?? []);
  const latest = new Map<number, ActEvent>();
  for (const event of events) {
    if (outcomes[event.type] !== undefined && !talk.has(event.tool)) latest.set(event.step, event);
  }
  const told = [...latest.values()].toSorted((a, b) => a.step - b.step).slice(-mostActs);
  return Promise.all(told.map((event) => toldAct(d, event, approvalOf(approvals, event.step))));
}

async function toldAct(d: Decision, event: ActEvent, approval: Approval | undefined): Promise<ToldAct> {
  const { tool, step, type, decision, rules = [], data } = event;
  const { account } = approval?.facts ?? {};
  const as = await rightsOf(d.tx, data?.identity);
  return {
    tool,
    step,
    outcome: decision === "deny" ? "refused" : (outcomes[type] ?? "done"),
    ...(as ? { as } : {}),
    ...(account === undefined ? {} : { account }),
    ...(decision === undefined ? {} : { decision }),
    rules,
    approvedBy: (approval?.votes ?? []).flatMap(({ verdict, byName }) =>
      verdict === "approve" ? [byName] : [],
    ),
  };
}

export async function rightsOf(tx: Pick<Tx, "people">, identity: string | undefined): Promise<ToldAct["as"]> {
  if (identity === undefined) return undefined;
  if (identity === "agent") return { kind: "agent" };
  return { kind: "person", name: (await tx.people.find(asPersonKey(identity)))?.name ?? identity };
}
