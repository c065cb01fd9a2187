// A person's own page about their work (ux c.13) as one card. Words of others are text runs or inert: nothing in them calls or links.
//
//   HC1  What waits elsewhere has the way there beside it: an approval is decided at its card (HA2).
//   HC2  It fits Teams' size: fewer of each kind are shown, and how many more there are (T-M15).

import type { HomeItem, HomePage, HomeSection } from "../../../domain/home-page.ts";
import { fitLabel, fitLine } from "../../prose/fit-text.ts";
import { safeText } from "../../safe-text.ts";
import { card, cardType, confirmed, heading, link, plain, small } from "./card-parts.ts";
import { inert, withLocalDates } from "./safe-words.ts";
import { mostBytes, sizeOf } from "./render-message.ts";
import type { Json, TeamsMessage } from "./teams-message.ts";

/** Of each kind, as many as fit. */
const mostItems = [5, 3, 2, 1] as const;
const mostButtons = 4;
const mostLines = 20;

export interface HomePlace {
  /** One for each showing (AD2). */
  readonly nonce: string;
  /** What opens the conversation of an item, where it has an address. */
  readonly linkTo: (at: NonNullable<HomeItem["at"]>) => string | undefined;
}

export function renderHome(page: HomePage, to: HomePlace): TeamsMessage {
  for (const most of mostItems) {
    const form = withAtMost(page, { ...to, most });
    if (sizeOf(form) <= mostBytes) return form;
  }
  return withAtMost(page, { ...to, most: 0 });
}

interface Shown extends HomePlace {
  readonly most: number;
  /** Where the rest of a list is, if it is anywhere. */
  readonly all?: string | undefined;
}

function withAtMost(page: HomePage, to: Shown): TeamsMessage {
  const ways = { ...to, all: page.console };
  const body = [
    ...part("Waiting for you", page.waiting, ways, "Nothing waits for you."),
    ...part("Running", page.running, ways, "Nothing is running for you."),
    ...part("Scheduled", page.scheduled, to),
    ...part("Recent results", page.recent, ways),
    ...part("Connected accounts", page.connected, to),
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
    to.nonce,
  );
  return { type: "message", summary, attachments: [{ contentType: cardType, content }] };
}

function part(title: string, { items, more }: HomeSection, to: Shown, empty?: string): readonly Json[] {
  if (items.length === 0 && more <= 0) return empty === undefined ? [] : [section(title), ...small(empty)];
  const beyond = more + Math.max(0, items.length - to.most);
  return [
    section(title),
    ...items.slice(0, to.most).flatMap((item) => entry(item, to)),
    ...(beyond > 0 ? small(`and ${beyond} more${to.all === undefined ? "" : ", all in the console"}`) : []),
  ];
}

function section(title: string): Json {
  return { ...heading(title), spacing: "Large", separator: true };
}

function entry({ title, note, buttons, at }: HomeItem, { nonce, linkTo }: HomePlace): readonly Json[] {
  const actions = [
    ...buttons.slice(0, mostButtons).map((button) => confirmed(button, nonce)),
    ...link(at && linkTo(at), "Go there"),
  ];
  const items = [
    ...plain(fitLabel(safeText(title), 150, "Untitled"), { weight: "Bolder" }),
    ...small(withLocalDates(inert(fitLine(safeText(note), 300), 300, ""))),
    ...(actions.length > 0 ? [{ type: "ActionSet", actions }] : []),
  ];
  return [{ type: "Container", spacing: "Medium", items }];
}

function lines(title: string, all: readonly string[]): readonly Json[] {
  if (all.length === 0) return [];
  return [section(title), ...all.slice(0, mostLines).flatMap((text) => plain(fitLine(safeText(text), 300)))];
}
