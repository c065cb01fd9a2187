// What a run is told at its start: the request, the thread it stands in, what was done here before, what is remembered.
// Written once to the run's row, so that a resumed run reads the same words.

import type { Conversation } from "../domain/conversation.ts";
import type { Memory, MemoryScope } from "../domain/memory.ts";
import type { Run } from "../domain/run.ts";
import { allRaised, type TaintMarks, unknownFile } from "../domain/taint.ts";
import type { CountTokens } from "../model/contract.ts";
import type { InboxRow, Tx } from "../store/contract.ts";
import type { FileEntry } from "../workspace/contract.ts";
import { sharedTokens } from "./context-size.ts";
import type { RuntimeDeps } from "./deps.ts";
import { heardLine, inOrder, type OwnLines, ownLines, viewLine, workElsewhere } from "./elsewhere.ts";
import { excerpt } from "./fitting.ts";
import { limits } from "./limits.ts";
import { memoryScope } from "./memory-scope.ts";
import { leftOutLine, memoryMarks, subjectMarks, threadMarks, withoutStrangers } from "./opening-marks.ts";
import { requestFile } from "./own-files.ts";
import { scheduledWords } from "./scheduled.ts";
import { dayAndTime } from "./voice/local-time.ts";
import type { Work } from "./work.ts";

interface Background {
  readonly history: readonly InboxRow[];
  readonly own: OwnLines;
  readonly earlier: readonly Run[];
  readonly elsewhere: readonly string[];
  readonly memories: readonly Memory[];
  /** Of the thread, and of whom it is for. */
  readonly marks: TaintMarks;
}

export interface Opening {
  readonly text: string;
  readonly taint: TaintMarks;
}

export async function composeOpening(work: Work, deps: RuntimeDeps): Promise<Opening> {
  const { run, conversation } = work;
  const background = await deps.store.read((tx) => backgroundOf(tx, run, conversation));
  const files = withoutStrangers(await visibleFiles(work), background.marks);
  const memories = withoutStrangers(background.memories, background.marks);
  const { contextTokens, countTokens } = deps.model;
  const tokens = Math.floor(sharedTokens(work, contextTokens) * limits.openingShare);
  const parts = [
    `${run.subjectName} asks${place(run, conversation)}:\n\n${await goalIn(work, Math.floor(tokens * 0.6), countTokens)}`,
    scheduledWords(work),
    list("Files in your workspace", [
      ...files.told.slice(0, 60).map(fileLine),
      ...leftOutLine(files.left, "files", "list_files"),
    ]),
    list("Earlier in this thread", threadOf(run, background)),
    list("Earlier work in this thread", background.earlier.map(runLine)),
    list(`Other work of ${run.subjectName}`, background.elsewhere),
    list("Remembered", [
      ...memories.told.map((memory) => memory.fact),
      ...leftOutLine(memories.left, "facts", "recall"),
    ]),
    viewLine(run, conversation, background.history),
    nowLine(work, deps.world.clock.now()),
  ];
  const text = excerpt(parts.filter((part) => part !== "").join("\n\n"), tokens, countTokens);
  return { text, taint: allRaised([background.marks, memoryMarks(memories.told)]) };
}

/** A request that is too long for its share is in a file, whole. */
async function goalIn({ run, workspace }: Work, tokens: number, count: CountTokens): Promise<string> {
  const shown = excerpt(run.goal, tokens, count);
  if (shown === run.goal) return shown;
  await workspace.write(requestFile(run), run.goal);
  return `${shown}\n\n(The whole request is in ${requestFile(run)}.)`;
}

async function backgroundOf(tx: Tx, run: Run, conversation: Conversation): Promise<Background> {
  const history = await tx.inbox.history(conversation.id, run.createdAt, limits.historyMessages);
  const runs = await tx.runs.list({ conversation: conversation.id, limit: 6 });
  const scope = memoryScope(run, conversation);
  const memories = await remembered(tx, run, scope);
  const own = await ownLines(tx, run, limits.historyMessages);
  const elsewhere = await workElsewhere(tx, run, conversation);
  const earlier = runs.filter((other) => other.id !== run.id).toReversed();
  const thread = await threadMarks(tx, run, { history, spokeIn: own.spokeIn, earlier });
  return {
    history,
    own,
    earlier,
    elsewhere,
    memories,
    marks: allRaised([run.taint, await subjectMarks(tx, run), thread]),
  };
}

const mostRemembered = 20;

/** What the request is about, then the newest. */
async function remembered(tx: Tx, run: Run, scope: MemoryScope): Promise<Memory[]> {
  const { tenant, agent, goal } = run;
  const about = await tx.memories.search(tenant, agent, scope, goal.slice(0, 1_000), mostRemembered / 2);
  const newest = await tx.memories.search(tenant, agent, scope, "", mostRemembered);
  return [...new Map([...about, ...newest].map((memory) => [memory.id, memory])).values()].slice(
    0,
    mostRemembered,
  );
}

function threadOf(run: Run, { history, own }: Background): string[] {
  return inOrder([...history.filter((row) => row.run !== run.id).flatMap(heardLine), ...own.lines]);
}

/** "Today" is the person's, not that of UTC (ux d.13). */
function nowLine({ run, timeZone, locale }: Work, now: number): string {
  const zone =
    timeZone === undefined ? "." : ` (${dayAndTime(now, timeZone)} for ${run.subjectName}, in ${timeZone}).`;
  const language = locale === undefined ? "" : ` ${run.subjectName} reads their chat in ${locale}.`;
  return `It is now ${new Date(now).toISOString()}${zone}${language}`;
}

function place({ schedule, through }: Run, conversation: Conversation): string {
  if (schedule !== undefined) return " on a schedule";
  if (through !== undefined) return `, through a program (${through}) that writes in their name`;
  return conversation.address.kind === "dm" ? " in a direct message" : "";
}

/** Not their content, and not our own bookkeeping. */
/** With the marks of their content. */
async function visibleFiles(work: Work): Promise<(FileEntry & { readonly taint?: TaintMarks })[]> {
  const known = new Map((work.manifest ?? []).map((file) => [file.path, file.taint]));
  const entries = (await work.workspace.list("", 2)).filter(isVisible);
  return entries.map((entry) => {
    const taint = known.has(entry.path) ? known.get(entry.path) : unknownFile;
    return taint ? { ...entry, taint } : entry;
  });
}

function isVisible(entry: FileEntry): boolean {
  return entry.kind === "file" && !entry.path.startsWith(".deputy");
}

function fileLine(entry: FileEntry): string {
  return `${entry.path} (${entry.sizeBytes} bytes)`;
}

function runLine(run: Run): string {
  return `${run.title} (${run.state}): ${(run.outcome?.summary ?? "").slice(0, 500).toWellFormed()}`;
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.map((line) => `- ${line}`).join("\n")}`;
}
