// The page of a run, and the pages of whoever can't see one.

import { html } from "hono/html";
import { byteSize } from "../chat/byte-size.ts";
import { stepWord } from "../chat/step-words.ts";
import { usdInWords } from "../domain/budget.ts";
import { isTerminal } from "../domain/run.ts";
import type { ApprovalDetails, FileDetails, RunDetails, StepDetails } from "../gateway/run-details.ts";
import { cardStateOf } from "../runtime/voice/run-card.ts";
import { page } from "./connect-pages.ts";
import {
  type ConsoleWays,
  hrefOf,
  livePart,
  pill,
  placeWords,
  shell,
  stateLooks,
  time,
  usd,
} from "./console-shell.ts";
import type { Page } from "./html-page.ts";

const againMs = 3_000;
const hashShown = 12;

export function runPage(run: RunDetails, ways: ConsoleWays): Page {
  const shellOf = { title: run.title, ways, name: run.reader };
  return shell(
    isTerminal(run.state) ? shellOf : { ...shellOf, againMs },
    html`<p class="small"><a href="${hrefOf(ways, "")}">All runs</a></p>
      <h1>${run.title}</h1>
      ${livePart("head", head(run, ways))}
      ${livePart("facts", facts(run, ways))}
      ${livePart("plan", plan(run))}
      ${livePart("approvals", approvals(run))}
      ${livePart("files", files(run, ways))}
      ${livePart("steps", steps(run))}
      ${livePart("record", record(run))}`,
  );
}

function head(run: RunDetails, ways: ConsoleWays): Page {
  const { state, isStopping, isPrivate, waitsFor, id } = run;
  const word = isStopping ? "stopping" : state;
  return html`<div class="head">
      ${pill(word, stateLooks[state] ?? "calm")}
      ${isPrivate ? html`<span class="private">private matters</span>` : ""}
      <a class="button" href="${hrefOf(ways, `/runs/${id}/thread`)}">Open its thread</a>
      ${run.mayStop && !isStopping ? stopForm(run, ways) : ""}
    </div>
    ${waitsFor.length === 0 ? "" : html`<p>It is waiting for ${waitsFor.join("; ")}.</p>`}
    ${run.isHeldUp ? html`<p>An operator holds it up; it goes on when that ends.</p>` : ""}
    ${run.stoppedBy === undefined ? "" : html`<p>${isTerminal(state) ? "It was stopped" : "It is to stop, as asked"} by ${run.stoppedBy}.</p>`}
    ${isTerminal(state) ? "" : html`<p class="small">To change what it does, write in its thread.</p>`}`;
}

/** Asked twice, without a script. */
function stopForm({ id }: RunDetails, ways: ConsoleWays): Page {
  const path = `${ways.root}/runs/${id}/stop`;
  return html`<details class="stop">
    <summary class="button danger">Stop…</summary>
    <form method="post" action="${hrefOf(ways, `/runs/${id}/stop`)}">
      ${ways.proof === undefined ? "" : html`<input type="hidden" name="form" value="${ways.proof(path)}" />`}
      <p>Files made so far are kept.</p>
      <button type="submit" class="button danger">Stop this run</button>
    </form>
  </details>`;
}

function facts(run: RunDetails, ways: ConsoleWays): Page {
  const { spent, budget, continues, continuedBy, outcome, state } = run;
  const leads = (to: string | undefined): Page | undefined =>
    to === undefined ? undefined : html`<a href="${hrefOf(ways, `/runs/${to}`)}">${to}</a>`;
  const told: readonly (readonly [string, Page | string | undefined])[] = [
    ["Asked by", run.asker],
    ["Where", placeWords(run.place)],
    ["Agent", run.agent],
    [
      "Mode",
      run.mode === "employee" ? "employee: with its own rights" : `assistant: with ${run.asker}'s rights`,
    ],
    ["Asked", time(run.createdAt)],
    ["Started", time(run.startedAt)],
    ["Ended", time(run.endedAt)],
    ["Steps", `${spent.steps} of ${budget.steps}`],
    ["Tokens", ofAtMost(spent.inputTokens + spent.outputTokens, budget.tokens)],
    ["Cost", usdInWords(spent.usdMicros / 1e6, budget.usdMicros && budget.usdMicros / 1e6)],
    ["Hours at most", budget.hours === undefined ? undefined : String(budget.hours)],
    ["Handed over by", run.through],
    ["Came round by", run.schedule],
    ["Goes on from", leads(continues)],
    ["Gone on in", leads(continuedBy)],
    ["Outcome", outcome === state ? undefined : outcome],
    ["Run", html`<code>${run.id}</code>`],
    ["Trace", html`<code>${run.trace}</code>`],
  ];
  return html`<dl class="facts panel">
    ${told.map(([name, value]) => (value === undefined ? "" : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}
  </dl>`;
}

function plan({ plan: steps, state: ofRun }: RunDetails): Page | string {
  if (steps.length === 0) return "";
  const card = cardStateOf(ofRun);
  return html`<h2>Plan</h2>
    <ol class="plan">${steps.map(({ text, state }) => html`<li>${text} <span class="word">(${stepWord(state, card)})</span></li>`)}</ol>`;
}

function approvals({ approvals: all }: RunDetails): Page | string {
  if (all.length === 0) return "";
  return html`<h2>Approvals</h2>
    <ul class="plain">${all.map(approvalItem)}</ul>`;
}

const approvalLooks: Readonly<Record<string, string>> = {
  pending: "waiting",
  approved: "working",
  executing: "working",
  done: "done",
  failed: "failed",
  denied: "failed",
  unknown: "waiting",
};

function approvalItem(approval: ApprovalDetails): Page {
  const { tool, step, state, rules, digest, id, votes, quorum, fourEyes, approvers, uses } = approval;
  const needs = [
    `${quorum === 1 ? "one" : quorum} of ${approvers.map((names) => names.join(" or ")).join(", each also of ")}`,
    ...(fourEyes ? ["not who asked"] : []),
  ];
  return html`<li class="panel">
    <p>${pill(state, approvalLooks[state] ?? "calm")} <strong>${tool}</strong> (step ${step})</p>
    <p class="small">asked ${time(approval.createdAt)} because of ${rulesIn(rules)} · needs ${needs.join(", ")} · until ${time(approval.expiresAt)}</p>
    ${votes.length === 0 ? html`<p>Nobody has decided yet.</p>` : votes.map(voteLine)}
    ${uses === 0 ? "" : html`<p>It stood for ${uses} more ${uses === 1 ? "act" : "acts"} of this run.</p>`}
    <p class="small">Digest <code>${digest.slice(0, hashShown)}</code> · <code>${id}</code></p>
  </li>`;
}

function voteLine({ byName, verdict, via, at }: ApprovalDetails["votes"][number]): Page {
  const how = via === "cli" ? "on the command line" : "by a button";
  return html`<p>${byName} ${verdict === "approve" ? "approved" : "denied"} it ${how}, ${time(at)}</p>`;
}

function rulesIn(rules: readonly string[]): string {
  if (rules.length === 0) return "no rule that allows it";
  return `${rules.length === 1 ? "rule" : "rules"} ${rules.join(", ")}`;
}

function files({ id, files: told, untoldFiles }: RunDetails, ways: ConsoleWays): Page | string {
  if (told.length === 0 && untoldFiles === 0) return "";
  return html`<h2>Files in its thread</h2>
    <ul>${told.map((file) => html`<li>${fileName(file, id, ways)} (${byteSize(file.sizeBytes)})</li>`)}</ul>
    ${untoldFiles === 0 ? "" : html`<p>${untoldFiles} that may hold private matters.</p>`}`;
}

/** A link for whoever may have it. */
function fileName({ name, sha256 }: FileDetails, run: string, ways: ConsoleWays): Page | string {
  return sha256 === undefined
    ? name
    : html`<a href="${hrefOf(ways, `/runs/${run}/files/${sha256}`)}" download>${name}</a>`;
}

function steps(run: RunDetails): Page {
  return html`<h2 id="steps-title">Steps</h2>
    ${run.earlier === 0 ? "" : html`<p>Those before step ${run.earlier} are left out here.</p>`}
    ${
      run.steps.length === 0
        ? html`<p class="nothing">None yet.</p>`
        : html`<div class="wide" role="region" aria-labelledby="steps-title" tabindex="0">
      <table role="table">
        <thead role="rowgroup">
          <tr role="row">${["Step", "What", "State", "Begun", "Took", "With whose rights", "Allowed by", "Cost"].map((name) => html`<th scope="col" role="columnheader">${name}</th>`)}</tr>
        </thead>
        <tbody role="rowgroup">${run.steps.map(stepRow)}</tbody>
      </table>
    </div>`
    }`;
}

function stepRow(step: StepDetails): Page {
  const { n, kind, tool, state, startedAt, endedAt, as, manifest } = step;
  const rights = as === undefined ? "–" : as.kind === "agent" ? "the agent" : as.name;
  const what = tool === undefined ? kind : `${kind} ${tool}`;
  const cells: readonly (readonly [string, Page | string])[] = [
    [
      "What",
      manifest === undefined
        ? what
        : html`${what} <span class="small">changed files: <code>${manifest.slice(0, hashShown)}</code></span>`,
    ],
    ["State", state],
    ["Begun", time(startedAt)],
    ["Took", endedAt === undefined ? "–" : tookWords(endedAt - startedAt)],
    ["With whose rights", rights],
    ["Allowed by", letInBy(step)],
    ["Cost", costOf(step)],
  ];
  return html`<tr role="row">
    <th scope="row" role="rowheader" data-label="Step">${n}</th>
    ${cells.map(([name, value]) => html`<td role="cell" data-label="${name}">${value}</td>`)}
  </tr>`;
}

function letInBy({ ruling, approval, kind }: StepDetails): Page | string {
  if (kind !== "tool" || ruling === undefined) return approval ?? "–";
  const { decision, rules } = ruling;
  const named = rules.length === 0 ? "" : rules.join(", ");
  if (decision === "deny") return `refused${named === "" ? "" : `: ${named}`}`;
  if (approval !== undefined) return html`${named === "" ? "an approval" : named}: <code>${approval}</code>`;
  return named === "" ? "no rule against it" : named;
}

function costOf({ tokens, usdMicros }: StepDetails): string {
  if (tokens === undefined) return "–";
  return usdMicros === undefined || usdMicros === 0
    ? `${tokens} tokens`
    : `${tokens} tokens, ${usd(usdMicros)} USD`;
}

function tookWords(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, ms)}\u00a0ms`;
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds}\u00a0s` : `${Math.round(seconds / 60)}\u00a0min`;
}

function record({ record: span, id }: RunDetails): Page | string {
  if (span === undefined) return "";
  const { tenant, first, last, events, hash } = span;
  return html`<h2>On record</h2>
    <p>${events} ${events === 1 ? "event" : "events"} of tenant <code>${tenant}</code>, numbers ${first} to ${last}; the last one's hash is <code>${hash.slice(0, hashShown)}</code>.
    An operator checks them with <code>deputy audit export --tenant ${tenant}</code> and <code>deputy audit verify</code>, and sees what was in the steps with <code>deputy runs show ${id}</code>.</p>`;
}

export interface SignInWay {
  readonly action: string;
  readonly title: string;
}

export function whoPage(ways: readonly SignInWay[], form: string): Page {
  return page(
    "Who are you?",
    html`<p>The console shows what you asked for, what waits for you, and, if you look after an agent, its work.</p>
      ${ways.map(
        ({ action, title }) => html`<form method="post" action="${action}">
          <input type="hidden" name="form" value="${form}" />
          <button type="submit" class="primary">Sign in with ${title}</button>
        </form>`,
      )}`,
  );
}

/** The same whether there is no such thing or it is not theirs (CO2). */
export const noRunPage = (ways?: ConsoleWays): Page =>
  page(
    "Nothing to see here",
    html`<p>There is nothing at this address that is yours to see.</p>
      ${ways === undefined ? "" : html`<p>It may be another's, or yours under another account. <a href="${hrefOf(ways, "")}">What is yours</a></p>`}`,
  );

export const noLinkPage = (ways: ConsoleWays): Page =>
  page(
    "The chat gives no link",
    html`<p>It is there, and the chat does not say now where it is shown. Try again, or look for it in the chat. <a href="${hrefOf(ways, "")}">Back to the console</a></p>`,
  );

function ofAtMost(used: number, cap: number | undefined): string {
  return cap === undefined ? String(used) : `${used} of ${cap}`;
}
