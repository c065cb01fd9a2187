// A person's home page from the rows: what is theirs and nothing else (ux c.13).
//
//   HP1  Every item is a run whose subject the person is, a schedule or an account that is theirs, or an approval that they may
//        decide (home-approvals.ts). Times are absolute, in the person's zone: a page does not age.

import { usdInWords } from "../domain/budget.ts";
import type { Connection } from "../domain/connection.ts";
import type { HomeItem, HomePage, HomeSection } from "../domain/home-page.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Person } from "../domain/person.ts";
import { type Run, terminalRunStates } from "../domain/run.ts";
import type { Schedule } from "../domain/schedule.ts";
import type { Wait } from "../domain/wait.ts";
import { attentionAside } from "../runtime/voice/attention.ts";
import { mayDo, mayNotDo, unknownZone } from "../runtime/voice/home-words.ts";
import { toldTo } from "../runtime/told-run.ts";
import { dayAndTime } from "../runtime/voice/local-time.ts";
import { ownState, titleOfRun } from "../runtime/voice/own-work.ts";
import { duration } from "../runtime/voice/result.ts";
import { cardStateOf, stopButton } from "../runtime/voice/run-card.ts";
import { scheduleItem } from "../runtime/voice/schedule-items.ts";
import type { Tx } from "../store/contract.ts";
import { accountItem, linkedItem, ownAccounts } from "./home-accounts.ts";
import {
  decidingItem,
  decidingMark,
  type DecidingReading,
  type ToDecide,
  toDecide,
} from "./home-approvals.ts";

const mostItems = 5;
const mostCounted = 100;
const mostRecent = 25;
const recentMs = 7 * 24 * 3_600_000;
const mostAnswers = 4;
const longestNote = 200;

export interface HomeReading extends DecidingReading {
  readonly agent: string;
}

export interface MarkedPage {
  readonly page: HomePage;
  /** `homeMark` of the same rows. */
  readonly mark: string;
}

export async function homeOf(reading: HomeReading): Promise<MarkedPage> {
  const rows = await rowsOf(reading);
  return { page: await pageOf(reading, rows), mark: markOf(rows) };
}

interface HomeRows {
  readonly runs: readonly Run[];
  readonly schedules: readonly Schedule[];
  readonly accounts: readonly Connection[];
  /** Who else they are (domain/person-link.ts). */
  readonly elsewhere: readonly PersonKey[];
  readonly deciding: readonly ToDecide[];
}

async function rowsOf(reading: DecidingReading): Promise<HomeRows> {
  const { tx, person } = reading;
  return {
    runs: await activeOf(tx, person),
    schedules: await ownSchedules(reading),
    accounts: await ownAccounts(tx, person.key, mostCounted),
    elsewhere: await tx.personLinks.others(person.key),
    deciding: await toDecide(reading),
  };
}

async function pageOf(reading: HomeReading, rows: HomeRows): Promise<HomePage> {
  const { schedules, accounts, elsewhere, deciding } = rows;
  const { tx, person, agent } = reading;
  const active = await activeWork(reading, rows);
  const asking = active.filter(({ open }) => open !== undefined);
  const going = active.filter(({ open }) => open === undefined);
  const zone = person.timeZone ?? (await tx.people.find(person.key))?.timeZone;
  return {
    agent,
    waiting: await section<ToDecide | Active>([...deciding, ...asking], (one) =>
      "ask" in one ? Promise.resolve(decidingItem(one, zone)) : waitingItem(tx, one, zone),
    ),
    running: await section(going, (one) => runningItem(tx, one, zone)),
    scheduled: await section(schedules, (one) => scheduledItem(reading, one)),
    recent: await section(await recentWork(reading), (run) => recentItem(tx, run, zone)),
    connected: await section([...elsewhere, ...accounts], async (one) =>
      typeof one === "string" ? linkedItem(tx, one) : accountItem(one, accounts),
    ),
    preferences: [["Time zone", zone ?? unknownZone]],
    may: mayDo,
    mayNot: mayNotDo,
  };
}

/** Changes whenever the page would say something else. */
export async function homeMark(reading: DecidingReading): Promise<string> {
  return markOf(await rowsOf(reading));
}

function markOf({ runs, schedules, accounts, elsewhere, deciding }: HomeRows): string {
  const works = runs.map((run) => [run.id, run.segment, run.state, titleOfRun(run)].join(" "));
  const comes = schedules.map(({ id, state, nextAt, lastRun }) => [id, state, nextAt, lastRun].join(" "));
  const connected = accounts.map(({ id, state, account, isDefault, scopes }) =>
    [id, state, account, isDefault, ...scopes].join(" "),
  );
  return [...works, ...comes, ...connected, ...elsewhere, ...deciding.map(decidingMark)].join("\n");
}

/** As the person may read of them: their own work may have seen somebody else's matters (OUT-4). */
async function activeOf(tx: Tx, { key }: Person): Promise<Run[]> {
  return (await tx.runs.activeOf(key, mostCounted)).map((run) => toldTo(run, key));
}

function ownSchedules({ tx, person }: DecidingReading): Promise<Schedule[]> {
  return tx.schedules.list({ owner: person.key, limit: mostCounted });
}

async function scheduledItem({ tx, now }: HomeReading, schedule: Schedule): Promise<HomeItem> {
  const last = schedule.lastRun && (await tx.runs.find(schedule.lastRun));
  return scheduleItem(schedule, last || undefined, now);
}

interface Active {
  readonly run: Run;
  readonly open: Wait | undefined;
}

/** Without those that wait for this person's approval, which are listed as that. */
async function activeWork({ tx, person }: HomeReading, { runs, deciding }: HomeRows): Promise<Active[]> {
  const found: Active[] = [];
  const listed = new Set(deciding.map(({ run }) => run.id));
  for (const run of runs.filter(({ id }) => !listed.has(id))) {
    const waits = run.state === "waiting" ? await tx.waits.readableOf(run.id) : [];
    found.push({ run, open: waits.find((wait) => isAsked(wait, person)) });
  }
  return found;
}

function isAsked({ state, asked, ask }: Wait, { key }: Person): boolean {
  return state === "open" && asked === key && ask.kind !== "approval";
}

async function recentWork({ tx, person, now }: HomeReading): Promise<Run[]> {
  const states = terminalRunStates;
  const ended = await tx.runs.list({ subject: person.key, states, limit: mostRecent });
  return ended
    .filter((run) => (run.endedAt ?? run.createdAt) > now - recentMs)
    .map((run) => toldTo(run, person.key));
}

async function section<T>(all: readonly T[], item: (one: T) => Promise<HomeItem>): Promise<HomeSection> {
  const items: HomeItem[] = [];
  for (const one of all.slice(0, mostItems)) items.push(await item(one));
  return { items, more: all.length - items.length };
}

async function waitingItem(tx: Tx, { run, open }: Active, zone: string | undefined): Promise<HomeItem> {
  if (!open) return runningItem(tx, { run, open }, zone);
  const due = open.dueAt === undefined ? undefined : { at: open.dueAt, timeZone: zone };
  const { text, options } = attentionAside(run, open.id, open.ask, due);
  const note = `${shortened(text)} · asked ${dayAndTime(open.createdAt, zone)}`;
  // More than that is a list to choose from, which the question itself has.
  const buttons = options.length > mostAnswers ? [] : options;
  return { title: titleOfRun(run), note, buttons, ...(await placeOf(tx, run)) };
}

async function runningItem(tx: Tx, { run, open }: Active, zone: string | undefined): Promise<HomeItem> {
  const note = [`${ownState(run, open)}, asked ${dayAndTime(run.createdAt, zone)}`, cost(run)];
  const words = note.filter((part) => part !== "").join(" · ");
  return { title: titleOfRun(run), note: words, buttons: [stopButton(run)], ...(await placeOf(tx, run)) };
}

async function recentItem(tx: Tx, run: Run, zone: string | undefined): Promise<HomeItem> {
  const endedAt = run.endedAt ?? run.createdAt;
  const note = [
    `${cardStateOf(run.state)} ${dayAndTime(endedAt, zone)}`,
    `took ${duration(Math.max(0, endedAt - run.createdAt))}`,
    cost(run),
  ];
  const words = note.filter((part) => part !== "").join(" · ");
  return { title: titleOfRun(run), note: words, buttons: [], ...(await placeOf(tx, run)) };
}

async function placeOf(tx: Tx, run: Run): Promise<Pick<HomeItem, "at">> {
  const conversation = await tx.conversations.find(run.conversation);
  if (!conversation) return {};
  const { channel, thread } = conversation.address;
  return { at: { channel, thread } };
}

function cost({ spent }: Run): string {
  return spent.usdMicros > 0 ? usdInWords(spent.usdMicros / 1e6) : "";
}

function shortened(text: string): string {
  const line = text.replace(/\s+/gu, " ").trim();
  return line.length > longestNote ? `${line.slice(0, longestNote - 1).toWellFormed()}…` : line;
}
