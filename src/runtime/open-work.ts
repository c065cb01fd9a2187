// Loads what a segment needs of its run: rows, folder, last version.

import { AppError } from "../base/errors.ts";
import type { Segment, SegmentControl } from "./contract.ts";
import { decodeStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { instructions } from "./instructions.ts";
import { expand } from "./journal-text.ts";
import { offeredTools } from "./stages/validate.ts";
import { cardKey } from "./voice/run-card.ts";
import type { Work } from "./work.ts";

/** The caller closes `work.workspace`. */
export async function openWork(segment: Segment, control: SegmentControl, deps: RuntimeDeps): Promise<Work> {
  const { run, lease } = segment;
  const { blobs } = deps.workspaces;
  const rows = await deps.store.read(async (tx) => {
    const conversation = await tx.conversations.find(run.conversation);
    if (!conversation) {
      throw new AppError("run.corrupt", `Run ${run.id} belongs to no conversation; its row was deleted.`);
    }
    return {
      conversation,
      timeZone: (await tx.people.find(run.subject))?.timeZone,
      steps: await tx.steps.list(run.id, run.contextBase),
      mail: (await tx.mailbox.list(run.id, run.contextBase)).filter((mail) => mail.consumedBy !== undefined),
      waits: await tx.waits.forRun(run.id),
      manifest: await tx.manifests.latest(conversation.workspace),
      card: await tx.outbox.find(cardKey(run.id)),
    };
  });
  const agent = deps.agents.find(run.agent);
  const tools = offeredTools(deps.tools, agent.tools);
  const text = instructions(agent, run);
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
    timeZone: rows.timeZone,
    workspace,
    tools,
    instructions: text,
    baseTokens: deps.model.countTokens(text + JSON.stringify(tools.map((tool) => tool.parameters))),
    steps,
    mail: rows.mail,
    waits: rows.waits,
    manifest,
    cardPosted: rows.card !== undefined,
    cardLine: undefined,
    tokenRatio: 1,
    overflowed: false,
  };
}
