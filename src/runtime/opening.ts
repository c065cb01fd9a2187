// What a run is told at its start: the request, the thread it stands in, what was done here before, what is remembered.
// Written once to the run's row, so that a resumed run reads the same words.

import type { Conversation } from "../domain/conversation.ts";
import type { Memory } from "../domain/memory.ts";
import type { Run } from "../domain/run.ts";
import type { InboxRow, Tx } from "../store/contract.ts";
import type { FileEntry } from "../workspace/contract.ts";
import type { RuntimeDeps } from "./deps.ts";
import { limits } from "./limits.ts";
import { memoryScope } from "./memory-scope.ts";
import { excerpt } from "./notes.ts";
import type { Work } from "./work.ts";

interface Background {
  readonly history: readonly InboxRow[];
  readonly earlier: readonly Run[];
  readonly memories: readonly Memory[];
}

export async function composeOpening(work: Work, deps: RuntimeDeps): Promise<string> {
  const { run, conversation } = work;
  const background = await deps.store.read((tx) => backgroundOf(tx, run, conversation));
  const files = await work.workspace.list("", 2);
  const characters = Math.floor(deps.model.contextTokens * limits.openingShare) * 3;
  const parts = [
    `${run.subjectName} asks${place(conversation)}:\n\n${excerpt(run.goal, Math.floor(characters * 0.6))}`,
    list("Files in your workspace", files.filter(isVisible).slice(0, 60).map(fileLine)),
    list(
      "Earlier in this thread",
      background.history.filter((row) => row.run !== run.id).flatMap(historyLine),
    ),
    list("Earlier work in this thread", background.earlier.map(runLine)),
    list(
      "Remembered",
      background.memories.map((memory) => memory.fact),
    ),
    `It is now ${new Date(deps.world.clock.now()).toISOString()}.`,
  ];
  return excerpt(parts.filter((part) => part !== "").join("\n\n"), characters);
}

async function backgroundOf(tx: Tx, run: Run, conversation: Conversation): Promise<Background> {
  const history = await tx.inbox.history(conversation.id, run.createdAt, limits.historyMessages);
  const runs = await tx.runs.list({ conversation: conversation.id, limit: 6 });
  const scope = memoryScope(run, conversation);
  const memories = await tx.memories.search(run.tenant, run.agent, scope, "", 20);
  return { history, earlier: runs.filter((other) => other.id !== run.id).toReversed(), memories };
}

function place(conversation: Conversation): string {
  return conversation.address.kind === "dm" ? " in a direct message" : "";
}

/** Not their content, and not our own bookkeeping. */
function isVisible(entry: FileEntry): boolean {
  return entry.kind === "file" && !entry.path.startsWith(".deputy");
}

function fileLine(entry: FileEntry): string {
  return `${entry.path} (${entry.sizeBytes} bytes)`;
}

function historyLine(row: InboxRow): string[] {
  if (row.event.kind !== "message" || row.event.text.trim() === "") return [];
  return [`${row.event.author.name}: ${JSON.stringify(row.event.text.slice(0, 1_000).toWellFormed())}`];
}

function runLine(run: Run): string {
  return `${run.title} (${run.state}): ${(run.outcome?.summary ?? "").slice(0, 500).toWellFormed()}`;
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.map((line) => `- ${line}`).join("\n")}`;
}
