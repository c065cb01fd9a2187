// A person's own page about their work (ux c.13) as one card. Words of others are text runs: nothing in them calls or links.

import type { HomeItem, HomePage, HomeSection } from "../../../domain/home-page.ts";
import { fitLabel, fitLine } from "../../prose/fit-text.ts";
import { safeText } from "../../safe-text.ts";
import { card, cardType, confirmed, heading, link, plain, small } from "./card-parts.ts";
import type { Json, TeamsMessage } from "./teams-message.ts";

const mostItems = 5;
const mostButtons = 4;
const mostLines = 20;

export function renderHome(page: HomePage, nonce: string): TeamsMessage {
  const ways = { nonce, all: page.console };
  const body = [
    ...part("Waiting for you", page.waiting, ways, "Nothing waits for you."),
    ...part("Running", page.running, ways, "Nothing is running for you."),
    ...part("Scheduled", page.scheduled, { nonce }),
    ...part("Recent results", page.recent, ways),
    ...part("Connected accounts", page.connected, { nonce }),
    ...lines(
      "Preferences",
      page.preferences.map(([name, value]) => `${name}: ${value}`),
    ),
    ...lines("What I can do here", page.may),
    ...lines("What I may not do", page.mayNot),
  ];
  const summary = "Your work with me";
  const content = card(
    { body, actions: link(page.console, "Open the console"), fallbackText: summary, refreshes: false },
    nonce,
  );
  return { type: "message", summary, attachments: [{ contentType: cardType, content }] };
}

interface Ways {
  readonly nonce: string;
  /** Where the rest of a list is, if it is anywhere. */
  readonly all?: string | undefined;
}

function part(
  title: string,
  { items, more }: HomeSection,
  { nonce, all }: Ways,
  empty?: string,
): readonly Json[] {
  if (items.length === 0 && more <= 0) return empty === undefined ? [] : [heading(title), ...small(empty)];
  const beyond = more + Math.max(0, items.length - mostItems);
  return [
    heading(title),
    ...items.slice(0, mostItems).flatMap((item) => entry(item, nonce)),
    ...(beyond > 0 ? small(`and ${beyond} more${all === undefined ? "" : ", all in the console"}`) : []),
  ];
}

function entry({ title, note, buttons }: HomeItem, nonce: string): readonly Json[] {
  const actions = buttons.slice(0, mostButtons).map((button) => confirmed(button, nonce));
  return [
    ...plain(fitLabel(safeText(title), 150, "Untitled"), { weight: "Bolder" }),
    ...plain(fitLine(safeText(note), 300), { size: "Small", isSubtle: true }),
    ...(actions.length > 0 ? [{ type: "ActionSet", actions }] : []),
  ];
}

function lines(title: string, all: readonly string[]): readonly Json[] {
  if (all.length === 0) return [];
  return [heading(title), ...all.slice(0, mostLines).flatMap((text) => plain(fitLine(safeText(text), 300)))];
}
