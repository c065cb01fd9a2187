// A person said stop: acts have ended, what was under way gets a result, the run settles as stopped (ux c.8).

import type { Done, SettledStep } from "./act.ts";
import type { DecodedStep } from "./decoded-step.ts";
import type { RuntimeDeps } from "./deps.ts";
import { settledFailure, settledTool, settledWait } from "./settle-steps.ts";
import { stoppedText } from "./voice/result.ts";
import type { Work } from "./work.ts";

export async function stopped(work: Work, deps: RuntimeDeps): Promise<Done> {
  const byName = await deps.store.read(async (tx) => {
    const by = (await tx.runs.find(work.run.id))?.stopRequestedBy;
    if (by === undefined) return work.run.subjectName;
    return (await tx.people.find(by))?.name ?? by;
  });
  return {
    results: work.steps.filter((step) => step.state === "started").map((step) => cutOff(work, step)),
    effects: [],
    next: {
      kind: "settle",
      state: "stopped",
      code: "stopped",
      text: stoppedText(work.run, byName),
      files: [],
    },
  };
}

/** A `once` act that was cut off may have happened: it stays unknown and is never repeated (I5). */
function cutOff(work: Work, step: DecodedStep): SettledStep {
  switch (step.kind) {
    case "tool": {
      const once = work.tools.find((tool) => tool.name === step.tool)?.repeat === "once";
      const content = once ? "Stopped while it ran: it may have happened." : "Stopped by a person.";
      return settledTool(step, { content, isError: true }, once ? "unknown" : "failed");
    }
    case "wait":
      return settledWait(step.n, { answer: "stopped" });
    case "model":
    case "compaction":
      return settledFailure(step.kind, step.n, "model.aborted");
    default:
      return step satisfies never;
  }
}
