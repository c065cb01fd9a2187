// What the page of a run looks like: a list of facts and a table of steps, nothing that runs, nothing from anywhere else.

import { html } from "hono/html";
import type { RunDetails, StepDetails } from "../gateway/run-details.ts";
import { type Page, page } from "./connect-pages.ts";

export function runPage(run: RunDetails): Page {
  const { spent, budget } = run;
  const facts: readonly (readonly [string, string])[] = [
    ["Run", run.id],
    ["State", run.state],
    ["Asked by", run.asker],
    ["Agent", run.agent],
    ["Mode", run.mode],
    ["Asked", time(run.createdAt)],
    ["Started", time(run.startedAt)],
    ["Ended", time(run.endedAt)],
    ["Waits for", run.waitsFor.join("; ") || "–"],
    ["Steps", `${spent.steps} of ${budget.steps}`],
    ["Tokens", ofAtMost(spent.inputTokens + spent.outputTokens, budget.tokens)],
    ["USD", ofAtMost(spent.usdMicros / 1e6, budget.usdMicros && budget.usdMicros / 1e6)],
    ["Hours at most", budget.hours === undefined ? "–" : String(budget.hours)],
    ["Trace", run.trace],
  ];
  return page(
    run.title,
    html`<dl>
        ${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
      </dl>
      <h2>Steps</h2>
      ${run.earlier === 0 ? "" : html`<p>Those before step ${run.earlier} are left out here.</p>`}
      <table>
        <thead>
          <tr><th>Step</th><th>What</th><th>State</th><th>Begun</th><th>Ended</th><th>With the rights of</th><th>Approval</th></tr>
        </thead>
        <tbody>
          ${run.steps.map(row)}
        </tbody>
      </table>`,
  );
}

function row({ n, kind, tool, state, startedAt, endedAt, as, approval }: StepDetails): Page {
  const rights = as === undefined ? "–" : as.kind === "agent" ? "the agent" : as.name;
  const cells = [tool === undefined ? kind : `${kind} ${tool}`, state, time(startedAt), time(endedAt)];
  return html`<tr><td>${n}</td>${[...cells, rights, approval ?? "–"].map((cell) => html`<td>${cell}</td>`)}</tr>`;
}

export interface SignInWay {
  readonly action: string;
  readonly title: string;
}

export function whoPage(ways: readonly SignInWay[], form: string): Page {
  return page(
    "Who are you?",
    html`<p>The page of a run is for whoever asked for it, and for those who look after the agent.</p>
      ${ways.map(
        ({ action, title }) => html`<form method="post" action="${action}">
          <input type="hidden" name="form" value="${form}" />
          <button type="submit" class="primary">Sign in with ${title}</button>
        </form>`,
      )}`,
  );
}

/** The same whether there is no such run or it is not theirs (CO2). */
export const noRunPage = (): Page =>
  page("Nothing to see here", html`<p>There is no run at this address that is yours to see.</p>`);

function ofAtMost(used: number, cap: number | undefined): string {
  return cap === undefined ? String(used) : `${used} of ${cap}`;
}

function time(ms: number | undefined): string {
  return ms === undefined ? "–" : `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
