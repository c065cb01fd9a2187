// What people say about a result (ux c.11): kept with its run, thanked for privately.

import type { Logger } from "../base/logger.ts";
import type { InboundAction } from "../domain/inbound.ts";
import type { Run } from "../domain/run.ts";
import { keptFeedback, sorryFeedback, thanks } from "../runtime/voice/replies.ts";
import type { Decision } from "./desk.ts";
import { type Heard, tellAuthor } from "./heard.ts";

/** One verdict per person and run: the last one counts. */
export async function takeFeedback(
  d: Decision,
  click: Heard<InboundAction>,
  run: Run,
  log: Logger,
): Promise<void> {
  const { event, row } = click;
  const verdict = event.action === "feedback.up" ? "up" : "down";
  const text = event.text?.trim() ?? "";
  await d.tx.feedback.give({
    run: run.id,
    person: event.author.key,
    verdict,
    ...(text === "" ? {} : { text }),
    at: d.now,
  });
  log.info("Feedback on a result", { run: run.id, agent: run.agent, good: verdict === "up" });
  await d.tx.inbox.route(row.id, "noted", run.id);
  if (verdict === "up") return tellAuthor(d, click, thanks);
  await tellAuthor(d, click, text === "" ? sorryFeedback : keptFeedback);
}
