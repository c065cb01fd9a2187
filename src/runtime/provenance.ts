// Where the addresses of a call come from, as the run's rows tell (TNT-4, EGR-3).
//
//   PR1  Given is what the subject wrote in this run, in their own words: not a choice among options that a model composed, not
//        the text of a schedule that a run composed which had read strangers' words, not what a program handed over, and not what
//        they quote or forward, or the name of a file that they send (PW1, PW3).

import { shownIn } from "../domain/destinations.ts";
import type { EffectClass } from "../domain/step.ts";
import type { Mail } from "../domain/mailbox.ts";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import { othersWords, ownWords } from "../domain/passed-on.ts";
import { type Known, type Provenance, provenanceOf, sightingOf } from "../domain/provenance.ts";
import { isTainted } from "../domain/taint.ts";
import type { Wait } from "../domain/wait.ts";
import type { Tx } from "../store/contract.ts";
import type { RuntimeDeps } from "./deps.ts";
import type { CheckedCall } from "./stages/checked-call.ts";
import type { Work } from "./work.ts";

/** What leaves for others: the classes that a rule on destinations is about. */
const leaving: ReadonlySet<EffectClass> = new Set(["write-external", "money", "destructive", "admin"]);
/** Asks for the very address in its arguments. */
const webTool = "fetch_url";

export async function provenanceIn(work: Work, call: CheckedCall, deps: RuntimeDeps): Promise<Provenance> {
  const exactly = call.tool.name === webTool;
  const matters = exactly ? isTainted(work.run.taint) : leaving.has(call.tool.effect);
  if (!matters) return { warnings: [] };
  const known = await deps.store.read((tx) => knownTo(tx, work, call.input));
  return provenanceOf(call.input, known, exactly);
}

const mostLookedUp = 20;

async function knownTo(tx: Tx, work: Work, input: unknown): Promise<Known> {
  const { run, agent } = work;
  const [mail, waits, sightings] = await Promise.all([
    tx.mailbox.list(run.id, 0),
    tx.waits.forRun(run.id),
    tx.sightings.list(run.id),
  ]);
  const read = mail.filter(({ consumedBy }) => consumedBy !== undefined);
  const own = [...goalOf(work), ...steered(read), ...answersOf(run.subject, waits)];
  return {
    given: [...own.map(ownWords), agent.instructions],
    directory: await directoryOf(tx, work, shownIn(input).slice(0, mostLookedUp)),
    sightings: [...passedOn(work, own), ...sightings, ...overheard(read)],
    privateTexts: run.taint.private.length > 0 ? [...own, ...privateResults(work)] : [],
  };
}

/** PR1. */
function goalOf({ run, scheduled }: Work): string[] {
  const composed = scheduled?.schedule.taint;
  const isOwn = run.through === undefined && !(composed && isTainted(composed));
  return isOwn ? [run.goal] : [];
}

function steered(mail: readonly Mail[]): string[] {
  return mail.filter(({ kind }) => kind === "steer").map(({ text }) => text);
}

function answersOf(subject: PersonKey, waits: readonly Wait[]): string[] {
  return waits.flatMap(({ answer }) =>
    answer?.via === "text" && answer.by === subject && answer.through === undefined ? [answer.answer] : [],
  );
}

/** What the subject quoted, forwarded or attached: where it is from, for the card. */
function passedOn({ run }: Work, texts: readonly string[]): Known["sightings"] {
  return texts.flatMap((text) => sightingOf(`what ${run.subjectName} passed on`, othersWords(text)) ?? []);
}

function overheard(mail: readonly Mail[]): Known["sightings"] {
  const others = mail.filter(({ kind }) => kind === "overheard");
  return others.flatMap(({ fromName, text }) => sightingOf(`what ${fromName} wrote`, text) ?? []);
}

/** Members of the organisation, and this very place. */
async function directoryOf(
  tx: Tx,
  { run, conversation }: Work,
  shown: readonly string[],
): Promise<Set<string>> {
  const found = new Set([conversation.address.channel]);
  const [platform, organisation] = run.subject.split(":");
  for (const id of shown) {
    if (/\s/u.test(id)) continue;
    const person = await tx.people.find(asPersonKey(`${platform}:${organisation}:${id}`));
    if (person?.kind === "member") found.add(id);
  }
  return found;
}

/** What of this window came from a place that only some may see. */
function privateResults({ steps }: Work): string[] {
  return steps.flatMap((step) =>
    step.kind === "tool" && step.tool !== webTool && step.output ? [step.output.content] : [],
  );
}
