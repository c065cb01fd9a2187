// Files that come with messages, and messages too long to be read inline, as files of the workspace.
//
//   FI1  They are in `inbox/`, and in a version of the workspace, before a run hears of them: a takeover keeps them.
//   FI2  Bringing the same message again changes nothing: the same content gets the same name.
//   FI3  What can't be brought is told in words; it never keeps the message from being heard (I14).

import type { Clock } from "../base/clock.ts";
import { errorText, isAppError } from "../base/errors.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { ChatPlatform } from "../chat/contract.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { InboundFile, InboundMessage } from "../domain/inbound.ts";
import type { ManifestFile } from "../domain/manifest.ts";
import { passedMarks } from "../domain/passed-on.ts";
import { allRaised, authorMarks, privateMarks, raised, type TaintMarks } from "../domain/taint.ts";
import type { InboxRow, Store } from "../store/contract.ts";
import type { Workspace, Workspaces } from "../workspace/contract.ts";
import { withTaint } from "../workspace/marker.ts";
import type { Arrivals, Arrived, ArrivedFile } from "./arrivals.ts";
import { type Download, type DownloadLimits, download } from "./download.ts";
import { isLong } from "./goal.ts";
import { safeName, secondName } from "./inbox-name.ts";

export interface FilesIn {
  /** Adds to `before` what the messages bring. Never rejects for what a platform or a disk did. */
  bring(conversation: Conversation, messages: readonly InboxRow[], before: Arrivals): Promise<Arrivals>;
}

export interface FilesInDeps {
  readonly store: Store;
  readonly workspaces: Workspaces;
  readonly platforms: ReadonlyMap<string, ChatPlatform>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly failpoint?: Failpoints;
  readonly limits: DownloadLimits;
}

export function hasFiles(message: InboundMessage): boolean {
  return message.files.length > 0 || isLong(message.text);
}

export function createFilesIn(deps: FilesInDeps): FilesIn {
  return {
    async bring(conversation, messages, before) {
      const byRow = new Map(before.byRow);
      const entries = new Map(before.entries.map((entry) => [entry.path, entry]));
      const news = messages.filter((row) => !byRow.has(row.id));
      if (news.length > 0) await saveAll(deps, conversation, news, { byRow, entries });
      await deps.failpoint?.("inbox.after-files");
      const arrivals = { byRow, entries: [...entries.values()] };
      const version = await versionWith(deps, conversation, arrivals.entries);
      return version ? { ...arrivals, version } : arrivals;
    },
  };
}

interface Saved {
  readonly byRow: Map<string, Arrived>;
  readonly entries: Map<string, ManifestFile>;
}

async function saveAll(
  deps: FilesInDeps,
  conversation: Conversation,
  rows: readonly InboxRow[],
  saved: Saved,
): Promise<void> {
  let workspace: Workspace | undefined;
  try {
    workspace = await deps.workspaces.open(addressOf(conversation));
  } catch (error) {
    deps.log.error("A workspace could not be opened for arriving files", {
      conversation: conversation.id,
      error: errorText(error),
    });
  }
  try {
    for (const row of rows) {
      if (row.event.kind !== "message") continue;
      const { event } = row;
      saved.byRow.set(row.id, await saveMessage({ ...deps, conversation, workspace, saved }, row.id, event));
    }
  } finally {
    await workspace?.close();
  }
}

interface Saving extends FilesInDeps {
  readonly conversation: Conversation;
  /** Absent when the folder could not be opened. */
  readonly workspace: Workspace | undefined;
  readonly saved: Saved;
}

const parallelDownloads = 4;
const smallBytes = 4 * 1024 ** 2;

async function saveMessage(saving: Saving, rowId: string, message: InboundMessage): Promise<Arrived> {
  const files: ArrivedFile[] = [];
  const by = { ...saving, taint: sentMarks(message) };
  for (const group of groups(message.files)) {
    const contents = await Promise.all(group.map((file) => fetched(saving, file)));
    for (const [index, file] of group.entries()) {
      const got = contents[index] ?? { kind: "failed", why: "" };
      files.push(await saveFile(by, file, got));
    }
  }
  if (!isLong(message.text)) return { files };
  const text = { id: rowId, name: "message.txt", sizeBytes: 0, ref: rowId };
  const whole = await saveFile(by, text, { kind: "content", content: Buffer.from(message.text) });
  return whole.kind === "saved" ? { files, longText: whole.path } : { files };
}

/** Small files are fetched a few at a time; a large one alone, so that memory stays bounded. */
function groups(files: readonly InboundFile[]): InboundFile[][] {
  const made: InboundFile[][] = [];
  let open: InboundFile[] = [];
  for (const file of files) {
    const alone = file.sizeBytes > smallBytes;
    if (alone || open.length === parallelDownloads) open = [];
    if (alone) made.push([file]);
    else if (open.push(file) === 1) made.push(open);
  }
  return made;
}

async function fetched(saving: Saving, file: InboundFile): Promise<Download> {
  const platform = saving.platforms.get(saving.conversation.address.platform);
  if (!platform) return { kind: "failed", why: "The chat it came from is not connected." };
  return download(platform, file, saving.limits, saving.clock);
}

/** A file is its sender's, or of whose message they pass on; in a direct message it is for nobody else (TNT-1). */
function sentMarks({ author, conversation, passedOn }: InboundMessage): TaintMarks {
  const marks = raised(authorMarks(author), passedMarks({ passedOn }));
  return conversation.kind === "dm" ? raised(marks, privateMarks(author.key)) : marks;
}

interface SavingBy extends Saving {
  readonly taint: TaintMarks;
}

async function saveFile(saving: SavingBy, file: InboundFile, got: Download): Promise<ArrivedFile> {
  if (got.kind === "failed") {
    warn(saving, "An arriving file was not taken in", got.error);
    return { kind: "failed", why: got.why };
  }
  if (!saving.workspace) return { kind: "failed", why: "The workspace could not be opened." };
  try {
    const path = await freePath(saving.workspace, file, got.content);
    if (!(await holds(saving.workspace, path, got.content))) await saving.workspace.write(path, got.content);
    const sha256 = await saving.workspaces.blobs.put(got.content);
    const sizeBytes = got.content.length;
    saving.saved.entries.set(path, withTaint({ path, sha256, sizeBytes }, saving.taint));
    return { kind: "saved", path, sizeBytes };
  } catch (error) {
    warn(saving, "An arriving file could not be saved", error);
    return { kind: "failed", why: isAppError(error) ? error.message : "It could not be saved." };
  }
}

function warn(saving: Saving, text: string, error: unknown): void {
  saving.log.warn(text, {
    conversation: saving.conversation.id,
    ...(error === undefined ? {} : { error: errorText(error) }),
  });
}

async function freePath(workspace: Workspace, file: InboundFile, content: Buffer): Promise<string> {
  const name = safeName(file.name);
  const first = `inbox/${name}`;
  const size = await sizeOf(workspace, first);
  if (size === undefined || (await holds(workspace, first, content))) return first;
  return `inbox/${secondName(name, file.id)}`;
}

async function holds(workspace: Workspace, path: string, content: Buffer): Promise<boolean> {
  if ((await sizeOf(workspace, path)) !== content.length) return false;
  return content.equals(await workspace.read(path, 0, content.length + 1));
}

/** Undefined if there is nothing of that name; -1 for a folder. */
async function sizeOf(workspace: Workspace, path: string): Promise<number | undefined> {
  try {
    const entry = await workspace.stat(path);
    return entry.kind === "file" ? entry.sizeBytes : -1;
  } catch (error) {
    if (isAppError(error) && error.code === "workspace.not_found") return undefined;
    throw error;
  }
}

async function versionWith(
  deps: FilesInDeps,
  conversation: Conversation,
  entries: readonly ManifestFile[],
): Promise<Arrivals["version"]> {
  if (entries.length === 0) return undefined;
  const latest = await deps.store.read((tx) => tx.manifests.latest(conversation.workspace));
  try {
    const before = latest ? await deps.workspaces.blobs.getManifest(latest.digest) : [];
    const files = new Map(before.map((entry) => [entry.path, entry]));
    for (const entry of entries) files.set(entry.path, alsoMarked(entry, files.get(entry.path)));
    const manifest = [...files.values()].toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    const digest = await deps.workspaces.blobs.putManifest(manifest);
    if (digest === latest?.digest) return undefined;
    const sizeBytes = manifest.reduce((sum, file) => sum + file.sizeBytes, 0);
    const { id, workspace } = conversation;
    const row = { conversation: id, workspace, digest, files: manifest.length, sizeBytes };
    return { basedOn: latest?.seq, row: { ...row, createdAt: deps.clock.now() } };
  } catch (error) {
    // The files are in the folder; only a takeover before the run's next step would miss them.
    deps.log.error("Arrived files could not be recorded as a version", {
      conversation: conversation.id,
      error: errorText(error),
    });
    return undefined;
  }
}

/** The same content from two people has the marks of both. */
function alsoMarked(entry: ManifestFile, before: ManifestFile | undefined): ManifestFile {
  if (before?.sha256 !== entry.sha256) return entry;
  return withTaint(entry, allRaised([before.taint, entry.taint]));
}

function addressOf(conversation: Conversation): { readonly tenant: string; readonly workspace: string } {
  return { tenant: conversation.tenant, workspace: conversation.workspace };
}
