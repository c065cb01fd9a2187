// Which marks a run gets from what it reads (TNT-1): tool results, files, mail.
//
//   SM1  What a result was made of is the tool's to say, within its origin; what it doesn't say is the most that its origin
//        could be.
//   SM2  A file that is in no version of the workspace is a stranger's (TA2).

import path from "node:path";
import { type Sighting, sightingOf } from "../domain/provenance.ts";
import { PersonKeySchema } from "../domain/person.ts";
import type { Mail } from "../domain/mailbox.ts";
import type { Manifest } from "../domain/manifest.ts";
import { othersWords, passedMarks } from "../domain/passed-on.ts";
import {
  allRaised,
  authorMarks,
  externalMarks,
  isTainted,
  privateMarks,
  programMarks,
  raised,
  rises,
  strangerMarks,
  type TaintMarks,
  unknownFile,
  untainted,
} from "../domain/taint.ts";
import type { Run } from "../domain/run.ts";
import type { Wait } from "../domain/wait.ts";
import type { Tx } from "../store/contract.ts";
import type { RunPatch } from "../store/contract-runs.ts";
import type { Seen, Tool, ToolOutcome } from "../tools/contract.ts";
import type { PlannedCall, StepSighting } from "./act.ts";
import type { RuntimeDeps } from "./deps.ts";
import type { Work } from "./work.ts";

export interface Outcome {
  readonly call: PlannedCall;
  readonly outcome: ToolOutcome;
}

export interface Saw {
  /** The run's marks with what was seen (TA1). */
  readonly taint: TaintMarks;
  readonly sightings: readonly StepSighting[];
}

export async function seenAfter(work: Work, outcomes: readonly Outcome[], deps: RuntimeDeps): Promise<Saw> {
  let marks = work.run.taint;
  const sightings: StepSighting[] = [];
  for (const { call, outcome } of outcomes) {
    if (call.admission.kind !== "admitted") continue;
    const { tool, canonical } = call.admission.call;
    marks = raised(marks, ownerMarks(call.admission.rights.identity));
    if (isTainted(work.run.taint)) sightings.push(...numbered(call.n, sightingOf("", canonical, "run")));
    if (outcome.kind === "result") {
      const seen = await marksOf(work, tool, outcome.saw, deps);
      marks = raised(marks, seen);
      sightings.push(...sightingsIn(call, tool, seen, outcome.content));
    }
    if (outcome.kind === "finish" && outcome.files.length > 0) {
      const manifest = await currentManifest(work, deps);
      const contents = new Set(outcome.files.map(({ sha256 }) => sha256));
      marks = raised(marks, marksIn(manifest.filter(({ sha256 }) => contents.has(sha256))));
    }
  }
  return { taint: marks, sightings };
}

/** Addresses in strangers' words, for when one of them is written to (TNT-4). */
// oxlint-disable-next-line max-params -- where, by what, whose, and the words
function sightingsIn(
  { n }: PlannedCall,
  tool: Tool,
  { external }: TaintMarks,
  content: string,
): StepSighting[] {
  if (external.length === 0) return [];
  const by = tool.origin === "external" ? "stranger" : "file";
  return numbered(n, sightingOf(external.slice(0, 3).join(", "), content, by));
}

function numbered(n: number, sighting: Sighting | undefined): StepSighting[] {
  return sighting ? [{ n, ...sighting }] : [];
}

/** What is to be patched, if anything. */
export function taintPatch({ run }: Pick<Work, "run">, marks: TaintMarks): Pick<RunPatch, "taint"> {
  return rises(run.taint, marks) ? { taint: raised(run.taint, marks) } : {};
}

async function marksOf(
  work: Work,
  tool: Tool,
  saw: Seen | undefined,
  deps: RuntimeDeps,
): Promise<TaintMarks> {
  const files = saw?.files && (await marksOfFiles(work, saw.files, deps));
  const kept = allRaised([files, saw?.taint]);
  const isTold = { own: true, memory: saw?.taint, workspace: files, external: saw?.sources }[tool.origin];
  const strangers = externalMarks(...(saw?.sources ?? []));
  return allRaised([kept, strangers, isTold ? undefined : await mostOf(work, tool, deps)]);
}

/** All that the origin of a tool could be (SM1). */
async function mostOf(work: Work, tool: Tool, deps: RuntimeDeps): Promise<TaintMarks> {
  if (tool.origin !== "workspace") return externalMarks(serverOf(tool));
  return marksIn(await currentManifest(work, deps));
}

/** What a person's account shows is that person's matter (ID-4). */
function ownerMarks(identity: string): TaintMarks {
  if (identity === "agent") return untainted;
  const owner = PersonKeySchema.safeParse(identity);
  return owner.success ? privateMarks(owner.data) : untainted;
}

/** Tools of a server are named after it. */
function serverOf({ name }: Tool): string {
  return name.split("__", 1)[0] ?? name;
}

async function marksOfFiles(work: Work, paths: readonly string[], deps: RuntimeDeps): Promise<TaintMarks> {
  if (paths.length === 0) return untainted;
  const manifest = await currentManifest(work, deps);
  const known = new Map(manifest.map((file) => [file.path, file]));
  return allRaised(
    paths.map((name) => {
      const file = known.get(path.posix.normalize(name));
      return file ? file.taint : unknownFile;
    }),
  );
}

export function marksIn(manifest: Manifest): TaintMarks {
  return allRaised(manifest.map(({ taint }) => taint));
}

/** The last version, which may hold files that arrived since the segment began. */
export async function currentManifest(work: Work, deps: RuntimeDeps): Promise<Manifest> {
  const { run, conversation } = work;
  const latest = await deps.store.read((tx) => tx.manifests.latest(conversation.workspace));
  if (latest === undefined || latest.run === run.id) return work.manifest ?? [];
  return deps.workspaces.blobs.getManifest(latest.digest);
}

/** What a command that was cut off by a crash may have read: nobody can tell what it left behind. */
export function interruptedMarks(work: Work): TaintMarks {
  const doubtful = work.steps.some((step) => {
    if (step.kind !== "tool" || step.state === "done" || step.state === "failed") return false;
    const tool = work.tools.find(({ name }) => name === step.tool);
    return tool?.origin === "workspace" && tool.effect === "exec";
  });
  return doubtful ? marksIn(work.manifest ?? []) : untainted;
}

/** Of what people wrote meanwhile. Colleagues are no strangers; somebody who is not known is (TA2), and whose words are passed on. */
export async function mailMarks(tx: Tx, { conversation }: Run, mail: readonly Mail[]): Promise<TaintMarks> {
  const all: TaintMarks[] = [];
  for (const { from, kind, text, messageId } of mail) {
    const author = await tx.people.find(from);
    if (author) all.push(authorMarks(author));
    else if (kind === "overheard") all.push(strangerMarks(from));
    if (othersWords(text) === "") continue;
    const heard = await tx.inbox.findMessage(conversation, messageId);
    if (heard?.event.kind === "message") all.push(passedMarks(heard.event));
  }
  return allRaised(all);
}

/** Of what questions were answered with: a program's words are not known to be its person's (HW3). */
export function answerMarks(waits: readonly Wait[]): TaintMarks {
  return allRaised(
    waits.flatMap(({ answer }) =>
      answer
        ? [passedMarks(answer), answer.through === undefined ? undefined : programMarks(answer.through)]
        : [],
    ),
  );
}
