// The console's first page: what waits for the reader, what is being done, and what was, with filters and pages.
//
//   IP1  It works without scripts: filters are a form, pages are links. Nothing on it is content of anybody's run but its title.

import { html } from "hono/html";
import { runStates } from "../domain/run.ts";
import type { ConsoleIndex, ConsoleQuery, RunLine, RunList } from "../gateway/console-index.ts";
import type { WaitingLine } from "../gateway/console-waiting.ts";
import type { Page } from "./html-page.ts";
import { writeMark } from "./console-query.ts";
import {
  channelWords,
  type ConsoleWays,
  hrefOf,
  livePart,
  pill,
  shell,
  stateLooks,
  time,
  usd,
} from "./console-shell.ts";

const againMs = 15_000;

export function indexPage(index: ConsoleIndex, query: ConsoleQuery, ways: ConsoleWays): Page {
  const leads = query.whose === "all" && index.manages.length > 0;
  const heading = leads ? "My work, and my agents'" : "My work";
  return shell(
    { title: heading, ways, name: index.name, againMs, isHome: true },
    html`<h1>${heading}</h1>
      ${livePart("waiting", waiting(index.waiting, ways))}
      ${filters(index, query, ways)}
      ${index.lists.map((list) => livePart(`list-${list.of}`, listOf(list, query, ways)))}`,
  );
}

const asks: Readonly<Record<WaitingLine["kind"], string>> = {
  approval: "Approval",
  question: "Question",
  grant: "Account",
  budget: "Budget",
  doubt: "Did it happen?",
  schedule: "Schedule",
};

function waiting(lines: readonly WaitingLine[], ways: ConsoleWays): Page {
  return html`<section aria-labelledby="waiting-title">
    <h2 id="waiting-title">Waiting for you${lines.length === 0 ? "" : html` <span class="count">${lines.length}</span>`}</h2>
    ${
      lines.length === 0
        ? html`<p class="nothing">Nothing waits for you.</p>`
        : html`<ul class="asks">${lines.map((line) => waitingItem(line, ways))}</ul>`
    }
  </section>`;
}

function waitingItem({ id, kind, title, text, asker, askedAt, dueAt }: WaitingLine, ways: ConsoleWays): Page {
  return html`<li>
    <p class="asks-head">${pill(asks[kind], "waiting")} <strong>${title}</strong></p>
    ${text === undefined ? "" : html`<p>${text}</p>`}
    <p class="small">asked for by ${asker}, ${time(askedAt)}${dueAt === undefined ? "" : html` · until ${time(dueAt)}`}</p>
    <p><a class="button" href="${hrefOf(ways, `/waits/${id}`)}">${kind === "approval" ? "Decide in chat" : "Answer in chat"}<span class="hidden">: ${title}</span></a></p>
  </li>`;
}

function filters(index: ConsoleIndex, query: ConsoleQuery, ways: ConsoleWays): Page {
  const { manages, agents } = index;
  return html`<form class="filters" method="get" action="${ways.root}" role="search" aria-label="Which runs">
    ${Object.entries(ways.always).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    ${
      manages.length === 0
        ? ""
        : field(
            "whose",
            "Whose",
            select("whose", query.whose, [
              ["mine", "mine"],
              ["all", "all that I look after"],
            ]),
          )
    }
    ${field(
      "state",
      "State",
      select("state", query.state ?? "", [["", "any"], ...runStates.map((state) => [state, state] as const)]),
    )}
    ${
      agents.length < 2
        ? ""
        : field(
            "agent",
            "Agent",
            select("agent", query.agent ?? "", [
              ["", "any"],
              ...agents.map((agent) => [agent, agent] as const),
            ]),
          )
    }
    ${field(
      "channel",
      "Channel",
      html`<input id="channel" name="channel" value="${query.channel ?? ""}" autocomplete="off" spellcheck="false" maxlength="200" placeholder="any" />`,
    )}
    <button type="submit" class="button primary">Show</button>
    ${isNarrowed(query) ? html`<a class="button" href="${hrefOf(ways, "")}">Show everything</a>` : ""}
  </form>`;
}

function isNarrowed({ state, agent, channel, after }: ConsoleQuery): boolean {
  return [state, agent, channel, after].some((part) => part !== undefined);
}

function field(id: string, label: string, control: Page): Page {
  return html`<p class="field"><label for="${id}">${label}</label> ${control}</p>`;
}

function select(id: string, chosen: string, options: readonly (readonly [string, string])[]): Page {
  return html`<select id="${id}" name="${id}">
    ${options.map(
      ([value, label]) =>
        html`<option value="${value}"${value === chosen ? html` selected` : ""}>${label}</option>`,
    )}
  </select>`;
}

const listTitles: Readonly<Record<string, string>> = { active: "Going on", ended: "Recent" };
const empties: Readonly<Record<string, string>> = {
  active: "Nothing is going on.",
  ended: "Nothing has ended yet.",
};

function listOf({ of, runs, unreadable, next }: RunList, query: ConsoleQuery, ways: ConsoleWays): Page {
  const title = listTitles[of] ?? `Runs that are ${of}`;
  const id = `title-${of}`;
  const rest = html`${leftOut(unreadable)} ${nextLink(of, next, query, ways)}`;
  if (runs.length === 0) {
    const none = unreadable > 0 ? "" : html`<p class="nothing">${empties[of] ?? "There is none."}</p>`;
    return html`<section><h2>${title}</h2>${none}${rest}</section>`;
  }
  return html`<section>
    <h2 id="${id}">${title}</h2>
    <div class="wide" role="region" aria-labelledby="${id}" tabindex="0">
      <table class="runs" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Run</th><th scope="col" role="columnheader">State</th><th scope="col" role="columnheader">Asked by</th><th scope="col" role="columnheader">Agent</th>
            <th scope="col" role="columnheader">Where</th><th scope="col" role="columnheader">Asked</th><th scope="col" role="columnheader">Ended</th><th scope="col" role="columnheader">USD</th>
          </tr>
        </thead>
        <tbody role="rowgroup">${runs.map((run) => row(run, query, ways))}</tbody>
      </table>
    </div>
    ${rest}
  </section>`;
}

function leftOut(unreadable: number): Page | string {
  if (unreadable === 0) return "";
  const which =
    unreadable === 1 ? "One run is left out: its row" : `${unreadable} runs are left out: their rows`;
  return html`<p class="nothing">${which} can't be read by this version. The log of Deputy says more.</p>`;
}

/** Of what goes on there is one page, and the filter shows the rest. */
function nextLink(
  of: RunList["of"],
  next: RunList["next"],
  query: ConsoleQuery,
  ways: ConsoleWays,
): Page | string {
  if (next === undefined) return "";
  if (of === "active") return html`<p class="nothing">There is more: choose a state to see all of it.</p>`;
  const href = hrefOf(ways, "", { ...asked(query), after: writeMark(next) });
  return html`<p><a class="button" href="${href}" rel="next">Older runs</a></p>`;
}

function asked({ whose, state, agent, channel }: ConsoleQuery): Record<string, string | undefined> {
  return { whose: whose === "all" ? whose : undefined, state, agent, channel };
}

function row(run: RunLine, query: ConsoleQuery, ways: ConsoleWays): Page {
  const { id, state, title, asker, agent, createdAt, endedAt, usdMicros, isOwn, isPrivate } = run;
  return html`<tr role="row">
    <th scope="row" role="rowheader"><a href="${hrefOf(ways, `/runs/${id}`)}">${title}</a>${isPrivate ? html` <span class="private">private matters</span>` : ""}</th>
    <td role="cell" data-label="State">${pill(state, stateLooks[state] ?? "calm")}</td>
    <td role="cell" data-label="Asked by">${isOwn ? "you" : asker}</td>
    <td role="cell" data-label="Agent">${agent}</td>
    <td role="cell" data-label="Where">${placeOf(run, query, ways)}</td>
    <td role="cell" data-label="Asked">${time(createdAt)}</td>
    <td role="cell" data-label="Ended">${time(endedAt)}</td>
    <td role="cell" data-label="USD">${usd(usdMicros)}</td>
  </tr>`;
}

/** A channel leads to what is there. */
function placeOf(
  { place: { kind, channel } }: RunLine,
  query: ConsoleQuery,
  ways: ConsoleWays,
): Page | string {
  if (kind === "dm") return "direct messages";
  if (kind === "group") return "a group chat";
  if (query.channel === channel) return channelWords(channel);
  const href = hrefOf(ways, "", { ...asked(query), channel });
  return html`<a href="${href}" title="${channel}">${channelWords(channel)}</a>`;
}
