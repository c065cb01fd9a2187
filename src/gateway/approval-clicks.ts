// Clicks on an approval (APR-3 to APR-6): approve, deny, change what would be done, see all of it.
//
//   AC1  A click counts where the card was posted, or in the clicker's own direct messages and home page, and nowhere else (APR-6): of
//        another organisation only from those who were asked there.
//   AC2  Edited arguments are another request: checked by the tool's schema, with a digest of their own, decided by the editor
//        if they may (APR-1).

import { editedApproval } from "../approvals/ask-approval.ts";
import { wholeText } from "../approvals/card-text.ts";
import { moved } from "../approvals/decide-approval.ts";
import { approvalEvent } from "../approvals/events.ts";
import { parseJson } from "../base/json.ts";
import type { Ids } from "../base/ids.ts";
import { parseApprovalValue } from "../domain/actions.ts";
import type { Approval, Vote } from "../domain/approval.ts";
import { isAside } from "../domain/conversation.ts";
import { asApprovalId, asWaitId } from "../domain/ids.ts";
import type { InboundAction } from "../domain/inbound.ts";
import * as words from "../runtime/voice/approval-words.ts";
import { gone } from "../runtime/voice/replies.ts";
import type { Tool } from "../tools/contract.ts";
import { type ApprovalParts, type Asked, attempted, decideApprovals, mayDecideNow } from "./approval-desk.ts";
import { askedPrivately } from "./asked-privately.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tell, tellAuthor } from "./heard.ts";

type Click = Heard<InboundAction>;

interface Named extends Asked {
  /** Absent where the button is of all that the card asks for. */
  readonly approval?: Approval;
  readonly all: readonly Approval[];
}

/** Undefined where the value names no approval, or none that is here. */
export async function findApproval(d: Decision, click: Click): Promise<Named | undefined> {
  const { of } = parseApprovalValue(click.event.value);
  const approval = of.startsWith("apr_") ? await d.tx.approvals.find(asApprovalId(of)) : undefined;
  const wait = await d.tx.waits.find(approval?.wait ?? asWaitId(of));
  const run = wait && (await d.tx.runs.find(wait.run));
  if (!wait || !run || wait.ask.kind !== "approval") return undefined;
  const named: Named = {
    run,
    wait,
    all: await d.tx.approvals.ofWait(wait.id),
    ...(approval ? { approval } : {}),
  };
  return (await isShownHere(d, click, named)) ? named : undefined;
}

export async function clickDecision(
  d: Decision,
  parts: ApprovalParts,
  click: Click,
  verdict: Vote["verdict"],
): Promise<void> {
  const named = await findApproval(d, click);
  if (!named) return tellAuthor(d, click, gone);
  const { forRun } = parseApprovalValue(click.event.value);
  const by = click.event.author;
  const deciding = { only: named.approval?.id, verdict, via: "button", by, forRun } as const;
  const refusal = await decideApprovals(d, parts, named, deciding);
  if (refusal !== undefined) return tellAuthor(d, click, refusal);
  d.note({ kind: "taken-in", run: named.run, row: click.row });
}

/** All of it, with its digest, for the clicker's eyes. */
export async function clickView(d: Decision, click: Click): Promise<void> {
  const named = await findApproval(d, click);
  if (!named) return tellAuthor(d, click, gone);
  const shown = named.approval ? [named.approval] : named.all;
  const parts = shown.flatMap((approval) => wholeText(approval));
  for (const [place, text] of parts.entries()) {
    const key = place === 0 ? `reply:${click.row.id}` : `reply:${click.row.id}:${place}`;
    await tell(d, click.conversation, { key, to: click.event.author, text });
  }
}

export async function clickEdit(
  d: Decision,
  { parts, ids }: { readonly parts: ApprovalParts; readonly ids: Ids },
  click: Click,
): Promise<void> {
  const named = await findApproval(d, click);
  const old = named?.approval;
  if (!named || !old) return tellAuthor(d, click, gone);
  const by = click.event.author;
  await d.tx.runs.hold(named.run.id);
  const present = (await d.tx.approvals.find(old.id)) ?? old;
  const refusal = await mayNotEdit(d, parts, click, present);
  if (refusal !== undefined) return tellAuthor(d, click, refusal);
  const tool = await parts.tools.find(d.tx, present.tool);
  const checked = checkedArguments(tool, present, click.event.text ?? "");
  if ("problem" in checked) return tellAuthor(d, click, checked.problem);
  const { seal } = parts;
  if (!(await d.tx.approvals.change(present, moved(present, "superseded", seal)))) {
    return tellAuthor(d, click, words.alreadyDecided(undefined));
  }
  const id = asApprovalId(ids.next("apr"));
  const change = { id, nonce: ids.next("n"), canonical: checked.canonical, by, now: d.now };
  const edited = editedApproval(present, change, seal);
  await d.tx.approvals.ask(edited);
  const told = { time: d.now, actor: by.key, data: { edited: present.id } };
  await d.tx.audit.append(approvalEvent("approval.asked", edited, told));
  const deciding = { only: id, verdict: "approve", via: "button", by, forRun: false } as const;
  const after = await decideApprovals(d, parts, named, deciding);
  if (after !== undefined) await tellAuthor(d, click, after);
}

async function mayNotEdit(
  d: Decision,
  parts: ApprovalParts,
  click: Click,
  present: Approval,
): Promise<string | undefined> {
  const by = click.event.author;
  if (present.state !== "pending") {
    await attempted(d, present, by, present.state);
    return words.alreadyDecided(present);
  }
  if (!parts.seal.holds(present)) return words.tampered;
  if (present.expiresAt <= d.now) return words.expired;
  const may = await mayDecideNow(d, parts, present, by);
  if (may.kind === "may") return undefined;
  await attempted(d, present, by, may.why);
  return words.mayNot(may.why);
}

function checkedArguments(
  tool: Tool | undefined,
  { tool: name, arguments: present }: Approval,
  text: string,
): { readonly canonical: string } | { readonly problem: string } {
  const json = parseJson(text);
  if (!json) return { problem: words.notJson };
  if (!tool) return { problem: words.unfit(`There is no ${name} any more.`) };
  // What is not named stays as it is, so that one value can be changed alone.
  const parsed = tool.parse({ ...objectOf(parseJson(present)?.value), ...objectOf(json.value) });
  return parsed.kind === "valid" ? { canonical: parsed.canonical } : { problem: words.unfit(parsed.problem) };
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** AC1. */
async function isShownHere(d: Decision, click: Click, { run, wait }: Asked): Promise<boolean> {
  const { conversation } = click;
  if (run.tenant === conversation.tenant) {
    if (run.conversation === conversation.id || isAside(conversation.address)) return true;
  }
  return askedPrivately(d, click, wait);
}
