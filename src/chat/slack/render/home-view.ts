// A person's own page in the Home tab (ux c.13): what waits for them first, what the agent may not do last.
//
//   HV1  Five of each kind at most, and how many more there are: the page never meets Slack's 100 blocks.
//   HV2  Words are plain text, so nothing on the page calls, links or loads by what somebody wrote (OUT-1, OUT-3).

import type { HomeView, KnownBlock } from "@slack/types";
import { spokenName } from "../../../domain/agent.ts";
import type { HomeItem, HomePage, HomeSection } from "../../../domain/home-page.ts";
import { fitLabel, fitLine } from "../../prose/fit-text.ts";
import { safeText } from "../../safe-text.ts";
import { foreign, link, mrkdwn, plain, withLocalDates } from "./mrkdwn.ts";
import { buttonRows, context, linkButton, plainSection, smallPrint } from "./parts.ts";

const mostItems = 5;
const mostButtons = 4;
const mostPreferences = 10;
const mostRules = 20;

export interface HomeLinks {
  /** The thread as this platform links to it. */
  readonly thread?: ((at: NonNullable<HomeItem["at"]>) => string | undefined) | undefined;
}

/** Where the rest of a list is, if it is anywhere. */
interface Beyond {
  readonly all?: string | undefined;
}

export function renderHome(page: HomePage, links: HomeLinks = {}): HomeView {
  const ways = { ...links, all: page.console };
  const blocks: KnownBlock[] = [
    ...part("Waiting for you", page.waiting, ways, "Nothing waits for you."),
    ...part("Running", page.running, ways, "Nothing is running for you."),
    ...part("Scheduled", page.scheduled, links),
    ...part("Recent results", page.recent, ways),
    ...part("Connected accounts", page.connected, links),
    ...preferences(page),
    ...rules(`What ${fitLabel(safeText(spokenName(page.agent)), 80, "the agent")} can do here`, page.may),
    ...rules("What I may not do", page.mayNot),
    ...consoleLink(page),
  ];
  return { type: "home", blocks };
}

function part(
  title: string,
  { items, more }: HomeSection,
  links: HomeLinks & Beyond,
  empty?: string,
): readonly KnownBlock[] {
  if (items.length === 0 && more <= 0)
    return empty === undefined ? [] : [header(title), ...plainSection(empty)];
  const beyond = more + Math.max(0, items.length - mostItems);
  return [
    header(title),
    ...items.slice(0, mostItems).flatMap((item) => entry(item, links)),
    ...(beyond > 0 ? context(smallPrint(beyondWords(beyond, links.all))) : []),
  ];
}

function beyondWords(beyond: number, all: string | undefined): string {
  return all === undefined ? `and ${beyond} more` : `and ${beyond} more, all in the console`;
}

function entry({ title, note, buttons, at }: HomeItem, links: HomeLinks): readonly KnownBlock[] {
  const name = foreign(fitLabel(safeText(title), 150, "Untitled"));
  const url = at && links.thread?.(at);
  const small = withLocalDates(foreign(fitLine(safeText(note), 300)));
  const words = [
    `*${url === undefined ? name : link(url, fitLabel(safeText(title), 150, "Untitled"))}*`,
    small,
  ];
  const safe = buttons.slice(0, mostButtons).map((button) => ({ ...button, label: safeText(button.label) }));
  return [
    { type: "section", text: mrkdwn(words.filter((line) => line !== "").join("\n")) },
    ...buttonRows(safe),
  ];
}

function preferences({ preferences: all }: HomePage): readonly KnownBlock[] {
  if (all.length === 0) return [];
  const fields = all
    .slice(0, mostPreferences)
    .map(([name, value]) => plain(fitLabel(`${safeText(name)}: ${safeText(value)}`, 300, "-")));
  return [header("Preferences"), { type: "section", fields }];
}

function rules(title: string, lines: readonly string[]): readonly KnownBlock[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, mostRules).map((line) => `• ${fitLine(safeText(line), 140)}`);
  return [header(title), ...plainSection(shown.join("\n"))];
}

function consoleLink({ console: url }: HomePage): readonly KnownBlock[] {
  return url === undefined
    ? []
    : [{ type: "divider" }, ...buttonRows([], linkButton(url, "Open the console"))];
}

function header(title: string): KnownBlock {
  return { type: "header", text: plain(fitLabel(title, 150, "-")) };
}
