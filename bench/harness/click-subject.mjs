// A subject of the case `click`: runs that wait, one of which is answered with a click and begins its next segment. Everything in one
// process with the embedded doorbell, or the doors here and the workers in another process over Redis; one SQLite file either way.

import { askInTurn } from "./ask-in-turn.mjs";
import { clickOn, openDoorbell, openDoors, openWorkers, parkOnQuestion, questionId } from "./doors.mjs";
import { machineNow, msBetween } from "./machine-clock.mjs";
import { openPlace, queueRun } from "./product.mjs";
import { makeScratch } from "./scratch.mjs";
import { startSide } from "./side-process.mjs";

const maker = new URL("../subjects/waiting/make-waiting.mjs", import.meta.url);
const worker = new URL("../subjects/click/worker.mjs", import.meta.url);

/** `others` are runs that wait beside the one that is clicked on, made once; without a `redisUrl` all is in this process. */
export async function openClicks({ others, redisUrl }) {
  const scratch = await makeScratch();
  const folder = scratch.nextFile("");
  if (others > 0) {
    const made = await startSide(maker, { folder });
    await made.ask({ runs: others });
    await made.close();
  }
  const place = await openPlace(folder);
  const queue = openDoorbell(redisUrl);
  let began = () => undefined;
  const workers = await startWorkers({ place, folder, queue, redisUrl }, (at) => began(at));
  const { intake } = openDoors(place, queue);
  const own = await queueRun(place);
  let step = 0;
  // By its id: who reads all that were answered before has made garbage by the hundred when the clock starts.
  const parked = () => place.store.read((tx) => tx.waits.find(questionId(own.id, step)));

  const firstSegment = new Promise((resolve) => {
    began = resolve;
  });
  await queue.ring({ run: own.id, segment: own.segment, priority: 0 });
  await firstSegment;
  return {
    measure: ({ clicks }) =>
      askInTurn(clicks, async () => {
        const asked = await openWait(parked);
        step += 1;
        const conversation = await place.store.read((tx) => tx.conversations.find(own.conversation));
        const started = new Promise((resolve) => {
          began = resolve;
        });
        const sent = machineNow();
        await intake.receive(clickOn(conversation, asked));
        return msBetween(sent, await started);
      }),
    async close() {
      await intake.stop();
      await workers.stop();
      await queue.close();
      await place.close();
      await scratch.remove();
    },
  };
}

/** The question that the segment before has parked on, once that is committed. */
async function openWait(parked) {
  for (;;) {
    const wait = await parked();
    if (wait?.state === "open") return wait;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

async function startWorkers({ place, folder, queue, redisUrl }, onBegin) {
  if (redisUrl === undefined) {
    return openWorkers(place, queue, (segment) => {
      onBegin(machineNow());
      return parkOnQuestion(place.store, segment);
    });
  }
  const side = await startSide(worker, { folder, redisUrl }, ({ at }) => onBegin(at));
  return { stop: () => side.close() };
}
