// Session marks that were left behind: somebody sees "working" where nothing works any more (ux d.15).

import { isAside } from "../domain/conversation.ts";
import type { Desk } from "./desk.ts";
import { markIdle } from "./marks.ts";

/**
 * Takes away the marks that stand where no run is active, among the newest `rows` entries of the outbox; each once.
 * Returns how many.
 */
export async function clearOrphanMarks(desk: Desk, rows: number): Promise<number> {
  const orphans = await desk.read((tx) => tx.outbox.orphanMarks(rows));
  for (const { conversation: id, key } of orphans) {
    await desk.decide(async (d) => {
      const conversation = await d.tx.conversations.find(id);
      if (!conversation || isAside(conversation.address) || (await d.tx.runs.active(id))) return;
      await markIdle(d, conversation, `orphan:${key}`);
    });
  }
  return orphans.length;
}
