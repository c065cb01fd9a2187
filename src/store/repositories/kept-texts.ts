// Rows that may name blobs, page by page (RN3).

import { and, asc, eq, gt, gte, inArray, like, lte, or } from "drizzle-orm";
import { asRunId } from "../../domain/ids.ts";
import type { KeptTexts, TextPage } from "../contract-retention.ts";
import type { Session } from "../session.ts";

const textsAtOnce = 500;
const runsAtOnce = 100;
const blobNames = "blob:sha256:%";

type Pages = (session: Session, before: number, after: string) => Promise<TextPage>;

export const keptTextPages: Readonly<Record<KeptTexts, Pages>> = {
  async withheld({ db, tables: { withheld } }, before, after) {
    const rows = await db
      .select({ at: withheld.id, text: withheld.utterance })
      .from(withheld)
      .where(and(gt(withheld.id, after), or(eq(withheld.state, "held"), gte(withheld.createdAt, before))))
      .orderBy(asc(withheld.id))
      .limit(textsAtOnce);
    return {
      texts: rows.map(({ text }) => text),
      next: rows.length < textsAtOnce ? undefined : rows.at(-1)?.at,
    };
  },
  async outbox({ db, tables: { outbox } }, before, after) {
    const isOpen = inArray(outbox.state, ["due", "sending"]);
    const rows = await db
      .select({ at: outbox.seq, text: outbox.op })
      .from(outbox)
      .where(and(gt(outbox.seq, Number(after)), or(isOpen, gte(outbox.createdAt, before))))
      .orderBy(asc(outbox.seq))
      .limit(textsAtOnce);
    const last = rows.length < textsAtOnce ? undefined : rows.at(-1);
    return { texts: rows.map(({ text }) => text), next: last && String(last.at) };
  },
  /** The journal stays as it was written. */
  async steps({ db, tables: { steps, runs } }, _before, after) {
    const some = await db
      .select({ id: runs.id })
      .from(runs)
      .where(gt(runs.id, asRunId(after)))
      .orderBy(asc(runs.id))
      .limit(runsAtOnce);
    const last = some.at(-1)?.id;
    if (last === undefined) return { texts: [], next: undefined };
    const rows = await db
      .select({ given: steps.arguments, got: steps.result })
      .from(steps)
      .where(
        and(
          gt(steps.run, asRunId(after)),
          lte(steps.run, last),
          or(like(steps.arguments, blobNames), like(steps.result, blobNames)),
        ),
      );
    const texts = rows.flatMap(({ given, got }) => [given, got].filter((text) => text !== null));
    return { texts, next: some.length < runsAtOnce ? undefined : last };
  },
};
