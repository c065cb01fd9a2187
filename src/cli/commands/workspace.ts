// `deputy workspace log|diff|restore|export`: what changed in a conversation's folder at which step.

import { createWriteStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { openConfiguredBlobs } from "../../app/open-edges.ts";
import { AppError, isAppError, systemErrorCode } from "../../base/errors.ts";
import { asRunId } from "../../domain/ids.ts";
import type { ManifestRow } from "../../domain/manifest.ts";
import { diffManifests, restore } from "../../workspace/history.ts";
import { cannotWrite } from "../cannot-write.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { exportGit } from "../export-git.ts";
import { type Rows, withRows } from "../open-rows.ts";
import { printJson, printTable, timeText } from "../print.ts";

export const addWorkspace: AddCommand = (program, context) => {
  const workspace = program.command("workspace").description("versions of a run's workspace");
  addLog(workspace, context);
  addDiff(workspace, context);
  addRestore(workspace, context);
  addExport(workspace, context);
};

function addLog(workspace: Command, context: CliContext): void {
  workspace
    .command("log <run>")
    .description("every version of the workspace that the run works in")
    .option("--json", "one JSON value")
    .action(async (id: string, options: { json?: boolean }) => {
      const versions = await withRows(context, (rows) => versionsOf(rows, id));
      if (options.json) return printJson(context.stdout, { versions });
      printTable(context.stdout, [
        ["VERSION", "WHEN", "FILES", "BYTES", "RUN", "STEP"],
        ...versions.map((row) => [
          String(row.seq),
          timeText(row.createdAt),
          String(row.files),
          String(row.sizeBytes),
          row.run ?? "",
          String(row.step ?? ""),
        ]),
      ]);
    });
}

function addDiff(workspace: Command, context: CliContext): void {
  workspace
    .command("diff <run> <from> <to>")
    .description("files that differ between two versions")
    .option("--json", "one JSON value")
    .action(async (id: string, from: string, to: string, options: { json?: boolean }) => {
      const diff = await withRows(context, async (rows) => {
        const versions = await versionsOf(rows, id);
        const { blobs } = rows.workspaces;
        return diffManifests(
          await blobs.getManifest(pick(versions, from).digest),
          await blobs.getManifest(pick(versions, to).digest),
        );
      });
      if (options.json) return printJson(context.stdout, diff);
      const line = (mark: string, file: string): void => void context.stdout.write(`${mark} ${file}\n`);
      for (const file of diff.added) line("+", file.path);
      for (const file of diff.removed) line("-", file.path);
      for (const { after } of diff.changed) line("~", after.path);
    });
}

function addRestore(workspace: Command, context: CliContext): void {
  workspace
    .command("restore <run> <version> <folder>")
    .description("write the files of a version into a new folder")
    .option("--json", "one JSON value")
    .action(async (id: string, version: string, folder: string, { json }: { json?: boolean }) => {
      const to = path.resolve(context.cwd, folder);
      await requireEmpty(to, folder);
      const files = await withRows(context, async (rows) => {
        const blobs = openConfiguredBlobs(rows.config);
        const row = pick(await versionsOf(rows, id), version);
        await restore(blobs, await blobs.getManifest(row.digest), to);
        return row.files;
      });
      if (json) return printJson(context.stdout, { run: id, version: Number(version), folder: to, files });
      context.stdout.write(`Version ${version} is in ${folder}.\n`);
    });
}

function addExport(workspace: Command, context: CliContext): void {
  workspace
    .command("export <run> <file>")
    .description("every version as a git history, to be read by `git fast-import`")
    .requiredOption("--git", "the form")
    .option("--json", "one JSON value")
    .action(async (id: string, file: string, { json }: { json?: boolean }) => {
      const to = path.resolve(context.cwd, file);
      const versions = await withRows(context, async (rows) => {
        const all = await versionsOf(rows, id);
        await exportGit(all, rows.workspaces.blobs, createWriteStream(to)).catch((cause: unknown) => {
          throw isAppError(cause) ? cause : cannotWrite(to, cause);
        });
        return all.length;
      });
      if (json) return printJson(context.stdout, { run: id, file: to, versions });
      context.stdout.write(`git init there && cd there && git fast-import < ${file}\n`);
    });
}

/** Files of before would be taken for files of the version. */
async function requireEmpty(to: string, folder: string): Promise<void> {
  const there = await readdir(to).catch((error: unknown) => {
    if (systemErrorCode(error) !== "ENOTDIR") return [];
    throw new AppError("cli.not_a_folder", `${folder} is a file. Name a new folder.`);
  });
  if (there.length > 0)
    throw new AppError("cli.not_empty", `${folder} is not empty. Name a new folder: nothing is overwritten.`);
}

async function versionsOf({ store }: Rows, id: string): Promise<ManifestRow[]> {
  return store.read(async (tx) => {
    const run = await tx.runs.find(asRunId(id));
    const conversation = run && (await tx.conversations.find(run.conversation));
    if (!conversation) {
      throw new AppError(
        "cli.unknown_run",
        `There is no run ${id}. \`deputy runs list\` shows those there are.`,
      );
    }
    return tx.manifests.list(conversation.workspace);
  });
}

function pick(versions: readonly ManifestRow[], seq: string): ManifestRow {
  const found = versions.find((row) => String(row.seq) === seq);
  if (found) return found;
  throw new AppError(
    "cli.unknown_version",
    `There is no version ${seq}. There are: ${versions.map((row) => row.seq).join(", ") || "none"}.`,
  );
}
