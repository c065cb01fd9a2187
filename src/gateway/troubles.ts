// Troubles that many runs have at once are told in one message per channel, which is edited as they change, and says when
// it is over (ux c.7, I13). Today's trouble is the model service being away.
//
//   TR1  One message per channel and trouble: a row per channel has one winner. In the thread of the run where it is one
//        thread, else in a thread of its own, which everybody in the channel sees.
//   TR2  What is told is looked up from the rows each time: a restart changes nothing.

import type { Ids } from "../base/ids.ts";
import { addressKey, type Conversation, unbegunThread } from "../domain/conversation.ts";
import type { Run } from "../domain/run.ts";
import type { Trouble } from "../domain/trouble.ts";
import { toldIn } from "../runtime/told-run.ts";
import { clockTime } from "../runtime/voice/local-time.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { modelAway, modelBack } from "../runtime/voice/trouble.ts";
import type { Tx } from "../store/contract.ts";
import { conversationAt } from "./conversation-at.ts";
import type { Decision, Desk } from "./desk.ts";
import { quietFor } from "./quiet.ts";

/** Fewer failures in a row are nothing to tell. */
const toldFrom = 3;
const mostRuns = 1_000;

/** Tells of new troubles, of changes, and of ends. Twice is once. */
export async function tellTroubles(desk: Desk, ids: Ids): Promise<void> {
  const { places, open } = await desk.read(async (tx) => ({
    places: await troubledPlaces(tx),
    open: await tx.troubles.list(),
  }));
  for (const [place, troubled] of places) {
    const known = open.find((one) => one.place === place);
    if (known ? !sameRuns(known, troubled) : troubled.some(({ retries }) => retries >= toldFrom)) {
      await desk.decide((d) => tell(d, ids, place, troubled));
    }
  }
  for (const { place } of open.filter((one) => !places.has(one.place))) {
    await desk.decide((d) => end(d, place));
  }
}

interface Troubled {
  readonly run: Run;
  readonly conversation: Conversation;
  readonly retries: number;
}

async function troubledPlaces(tx: Tx): Promise<Map<string, Troubled[]>> {
  const places = new Map<string, Troubled[]>();
  for (const { run: id, conversation: at, retries } of await tx.runs.troubled(mostRuns)) {
    const run = await tx.runs.find(id);
    const conversation = await tx.conversations.find(at);
    if (!run || !conversation) continue;
    const place = addressKey({ ...conversation.address, thread: "" });
    places.set(place, [...(places.get(place) ?? []), { run, conversation, retries }]);
  }
  return places;
}

function sameRuns({ runs }: Trouble, troubled: readonly Troubled[]): boolean {
  return runs.length === troubled.length && troubled.every(({ run }) => runs.includes(run.id));
}

async function tell(d: Decision, ids: Ids, place: string, troubled: readonly Troubled[]): Promise<void> {
  const runs = troubled.map(({ run, conversation }) => toldIn(run, conversation.address));
  const known = (await d.tx.troubles.list()).find((one) => one.place === place);
  if (known) return change(d, known, runs);
  if (await everybodyRests(d, runs)) return;
  const conversation = await placeFor(d, ids, troubled);
  if (!conversation) return;
  const key = `trouble:${conversation.id}:${d.now}`;
  const told = runs.map(({ id }) => id);
  if (!(await d.tx.troubles.open({ place, key, conversation: conversation.id, runs: told, since: d.now })))
    return;
  const at = { tenant: conversation.tenant, conversation: conversation.id };
  await d.say(noticePost(at, key, notice(modelAway(runs))));
}

async function everybodyRests(d: Decision, runs: readonly Run[]): Promise<boolean> {
  for (const run of runs) if ((await quietFor(d, run)) === undefined) return false;
  return true;
}

/** TR1. */
async function placeFor(
  d: Decision,
  ids: Ids,
  troubled: readonly Troubled[],
): Promise<Conversation | undefined> {
  const [first] = troubled;
  if (!first || troubled.every(({ conversation }) => conversation.id === first.conversation.id)) {
    return first?.conversation;
  }
  const thread = unbegunThread(`trouble-${ids.next("conv")}`);
  return conversationAt(d, ids, { ...first.conversation.address, thread });
}

async function change(d: Decision, known: Trouble, runs: readonly Run[]): Promise<void> {
  const told = runs.map(({ id }) => id);
  // Whoever ended in the meantime stays in the row: how it ended is told when it is over.
  const gone = known.runs.filter((id) => !told.includes(id));
  const all = [...told, ...(await failedAmong(d, gone))];
  if (all.length === known.runs.length && all.every((id) => known.runs.includes(id))) return;
  if (await d.tx.troubles.change(known.place, known.runs, all))
    await edit(d, known, modelAway(runs), `${d.now}`);
}

async function failedAmong(d: Decision, ids: Trouble["runs"]): Promise<Run["id"][]> {
  const failed: Run["id"][] = [];
  for (const id of ids) if ((await d.tx.runs.find(id))?.state === "failed") failed.push(id);
  return failed;
}

async function end(d: Decision, place: string): Promise<void> {
  const known = (await d.tx.troubles.list()).find((one) => one.place === place);
  if (!known || !(await d.tx.troubles.end(place))) return;
  const failed = await failedAmong(d, known.runs);
  await edit(d, known, modelBack(clockTime(d.now, undefined), failed.length), "over");
}

async function edit(
  d: Decision,
  { key, conversation }: Trouble,
  text: string,
  revision: string,
): Promise<void> {
  const tenant = (await d.tx.conversations.find(conversation))?.tenant;
  if (tenant === undefined) return;
  const op = { op: "edit", target: key, message: notice(text) } as const;
  await d.say({ key: `${key}:${revision}`, tenant, conversation, op });
}
