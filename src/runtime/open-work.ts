// Loads what a segment needs of its run: rows, folder, last version.

import { AppError } from "../base/errors.ts";
import type { Run } from "../domain/run.ts";
import type { Tx } from "../store/contract.ts";
import type { Segment, SegmentControl } from "./contract.ts";
import { decodeStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { instructions } from "./instructions.ts";
import { expand } from "./journal-text.ts";
import { offerTo } from "./offer.ts";
import { scheduledOf } from "./scheduled.ts";
import { cardKey } from "./voice/run-card.ts";
import type { Work } from "./work.ts";

/** The caller closes `work.workspace`. */
export async function openWork(segment: Segment, control: SegmentControl, deps: RuntimeDeps): Promise<Work> {
  const { run, lease } = segment;
  const { blobs } = deps.workspaces;
  const rows = await deps.store.read((tx) => rowsOf(tx, run));
  const agent = deps.agents.find(run.agent);
  const text = instructions(agent, run);
  const offer = await offerTo({ run, agent, instructions: text }, deps);
  const steps = await Promise.all(
    rows.steps.map((step) => decodeStep(step, (stored) => expand(blobs, stored))),
  );
  const manifest = rows.manifest && (await blobs.getManifest(rows.manifest.digest));
  const address = { tenant: run.tenant, workspace: rows.conversation.workspace };
  const workspace = segment.takenOver
    ? await deps.workspaces.takeOver(address, manifest, lease.epoch)
    : await deps.workspaces.open(address);
  return {
    run,
    lease,
    control,
    signal: AbortSignal.any([control.stop, control.abandon]),
    agent,
    conversation: rows.conversation,
    person: rows.person,
    timeZone: rows.person?.timeZone,
    locale: rows.person?.locale,
    ...(rows.scheduled ? { scheduled: rows.scheduled } : {}),
    workspace,
    ...offer,
    instructions: text,
    judged: new Map(),
    steps,
    mail: rows.mail,
    waits: rows.waits,
    approvals: rows.approvals,
    manifest,
    cardPosted: rows.card !== undefined,
    cardLine: undefined,
    stopping: run.stopRequestedBy !== undefined,
  };
}

// oxlint-disable-next-line typescript/explicit-function-return-type -- what the repositories return, side by side
async function rowsOf(tx: Tx, run: Run) {
  const isFresh = run.cursor === 0; // no step yet, so none that waits or has read anything
  // Together: on a database elsewhere each of them is a way there and back.
  const [conversation, person, steps, mail, waits, approvals, card] = await Promise.all([
    tx.conversations.find(run.conversation),
    tx.people.find(run.subject),
    isFresh ? [] : tx.steps.list(run.id, run.contextBase),
    isFresh ? [] : tx.mailbox.list(run.id, run.contextBase),
    isFresh ? [] : tx.waits.forRun(run.id),
    isFresh ? [] : tx.approvals.forRun(run.id),
    tx.outbox.find(cardKey(run.id)),
  ]);
  if (!conversation) {
    throw new AppError("run.corrupt", `Run ${run.id} belongs to no conversation; its row was deleted.`);
  }
  return {
    conversation,
    person,
    steps,
    mail: mail.filter(({ consumedBy }) => consumedBy !== undefined),
    waits,
    approvals,
    manifest: await tx.manifests.latest(conversation.workspace),
    card,
    scheduled: await scheduledOf(tx, run),
  };
}
