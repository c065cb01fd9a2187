// What a run is told at its start: the request, the thread it stands in, what was done here before, what is remembered.
// Written once to the run's row, so that a resumed run reads the same words.

import type { Conversation } from "../domain/conversation.ts";
import type { Memory, MemoryScope } from "../domain/memory.ts";
import type { Run } from "../domain/run.ts";
import type { CountTokens } from "../model/contract.ts";
import type { InboxRow, Tx } from "../store/contract.ts";
import type { FileEntry } from "../workspace/contract.ts";
import { sharedTokens } from "./context-size.ts";
import type { RuntimeDeps } from "./deps.ts";
import { heardLine, inOrder, ownLines, type ThreadLine, viewLine, workElsewhere } from "./elsewhere.ts";
import { excerpt } from "./fitting.ts";
import { limits } from "./limits.ts";
import { memoryScope } from "./memory-scope.ts";
import { requestFile } from "./own-files.ts";
import { scheduledWords } from "./scheduled.ts";
import { dayAndTime } from "./voice/local-time.ts";
import type { Work } from "./work.ts";

interface Background {
  readonly history: readonly InboxRow[];
  readonly own: readonly ThreadLine[];
  readonly earlier: readonly Run[];
  readonly elsewhere: readonly string[];
  readonly memories: readonly Memory[];
}

export async function composeOpening(work: Work, deps: RuntimeDeps): Promise<string> {
  const { run, conversation } = work;
  const background = await deps.store.read((tx) => backgroundOf(tx, run, conversation));
  const files = await work.workspace.list("", 2);
  const { contextTokens, countTokens } = deps.model;
  const tokens = Math.floor(sharedTokens(work, contextTokens) * limits.openingShare);
  const parts = [
    `${run.subjectName} asks${place(run, conversation)}:\n\n${await goalIn(work, Math.floor(tokens * 0.6), countTokens)}`,
    scheduledWords(work),
    list("Files in your workspace", files.filter(isVisible).slice(0, 60).map(fileLine)),
    list("Earlier in this thread", threadOf(run, background)),
    list("Earlier work in this thread", background.earlier.map(runLine)),
    list(`Other work of ${run.subjectName}`, background.elsewhere),
    list(
      "Remembered",
      background.memories.map((memory) => memory.fact),
    ),
    viewLine(run, conversation, background.history),
    nowLine(work, deps.world.clock.now()),
  ];
  return excerpt(parts.filter((part) => part !== "").join("\n\n"), tokens, countTokens);
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
  return {
    history,
    own,
    earlier: runs.filter((other) => other.id !== run.id).toReversed(),
    elsewhere,
    memories,
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
  return inOrder([...history.filter((row) => row.run !== run.id).flatMap(heardLine), ...own]);
}

/** "Today" is the person's, not that of UTC (ux d.13). */
function nowLine({ run, timeZone }: Work, now: number): string {
  const zone =
    timeZone === undefined ? "." : ` (${dayAndTime(now, timeZone)} for ${run.subjectName}, in ${timeZone}).`;
  return `It is now ${new Date(now).toISOString()}${zone}`;
}

function place({ schedule }: Run, conversation: Conversation): string {
  if (schedule !== undefined) return " on a schedule";
  return conversation.address.kind === "dm" ? " in a direct message" : "";
}

/** Not their content, and not our own bookkeeping. */
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
