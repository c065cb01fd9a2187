// What a long act tells meanwhile: the line of the run's card, and the promise of the next check-in (I13).
//
//   PG1  Said at most so often, and only by whoever holds the lease (I8). What could not be said is not missed.
//   PG2  It is a stranger's words, and of somebody's account that person's matter: said as what the act will have seen (OUT-4).

import { PersonKeySchema } from "../domain/person.ts";
import { externalMarks, privateMarks, raised, untainted } from "../domain/taint.ts";
import { sayWithin } from "./audience.ts";
import type { RuntimeDeps } from "./deps.ts";
import { cardSays } from "./effects.ts";
import { nextPromise } from "./scheduled.ts";
import type { Admission } from "./pipeline.ts";
import type { Work } from "./work.ts";

const everyMs = 15_000;

export function progressOf(
  work: Work,
  { call: { tool }, rights }: Extract<Admission, { kind: "admitted" }>,
  deps: RuntimeDeps,
): (text: string) => void {
  const { clock, log, redactor } = deps.world;
  let last = clock.now();
  let saying = false;
  return (text) => {
    if (saying || clock.now() - last < everyMs || work.signal.aborted) return;
    saying = true;
    last = clock.now();
    const owner = PersonKeySchema.safeParse(rights.identity);
    const seen = raised(
      tool.origin === "external" ? externalMarks(tool.name.split("__", 1)[0] ?? tool.name) : untainted,
      owner.success ? privateMarks(owner.data) : untainted,
    );
    const marked = { ...work, run: { ...work.run, taint: raised(work.run.taint, seen) } };
    void said(work, marked, redactor?.scrub(text) ?? text, deps)
      .catch((error: unknown) => log.debug("How an act gets on could not be said", { error }))
      .finally(() => void (saying = false));
  };
}

// oxlint-disable-next-line max-params -- the run, as it will have been, the words, and with what
async function said(work: Work, marked: Work, text: string, deps: RuntimeDeps): Promise<void> {
  const { world, store, agents } = deps;
  const { run, lease, cardPosted, cardLine } = work;
  const now = world.clock.now();
  const promise = nextPromise(run, now + agents.checkInMs);
  work.cardLine = text;
  const say = cardSays({ ...marked, cardLine: text }, work, world);
  try {
    await store.write(async (tx) => {
      await tx.runs.advance(lease, run.cursor, run.cursor, run.spent);
      if (Object.keys(promise).length > 0) await tx.runs.patch(run.id, promise);
      await sayWithin(tx, marked, say, now);
    });
  } catch (error) {
    work.cardPosted = cardPosted; // nothing of it was posted
    work.cardLine = cardLine;
    throw error;
  }
  world.said?.();
}
