import { describe, expect, it } from "vitest";
import { ChatError } from "../../../../src/chat/errors.ts";
import { createPace, type Pace, type Turn } from "../../../../src/chat/slack/outbound/pace.ts";
import { createManualClock, type ManualClock } from "../../../fakes/manual-clock.ts";

const post: Turn = { team: "T1", method: "chat.postMessage", channel: "C1" };
const update: Turn = { team: "T1", method: "chat.update" };

describe("pace", () => {
  it("PC1: lets one message a second into a channel, and waits for no more than two", async () => {
    const { clock, pace } = world();
    const went: number[] = [];
    const turns = [1, 2, 3, 4, 5].map(() => pace.take(post).then(() => went.push(clock.now())));
    const start = clock.now();

    const [, , , fourth, fifth] = await settledAfter(clock, 5_000, turns);

    expect(went.map((at) => at - start)).toEqual([0, 1_000, 2_000]);
    for (const late of [fourth, fifth]) {
      expect(late).toMatchObject({
        code: "chat.rate_limited",
        fate: "refused",
        retry: { kind: "after", ms: 3_000 },
      });
    }
  });

  it("keeps channels of one workspace, and workspaces, apart", async () => {
    const { pace } = world();

    await pace.take(post);

    await expect(pace.take({ ...post, channel: "C2" })).resolves.toBeUndefined();
    await expect(pace.take({ ...post, team: "T2" })).resolves.toBeUndefined();
  });

  it("takes no more than 40 edits a minute in a workspace, after the first ten", async () => {
    const { clock, pace } = world();
    let taken = 0;
    for (let tick = 0; tick < 480; tick += 1) {
      pace.take(update).then(
        () => (taken += 1),
        () => undefined,
      );
      await clock.advance(250);
    }

    expect(taken).toBeGreaterThanOrEqual(80);
    expect(taken).toBeLessThanOrEqual(92);
  });

  it("PC2: closes a method for as long as Slack asked, for the whole workspace", async () => {
    const { clock, pace } = world();

    pace.close(post, 30_000);

    expect(await failure(pace.take({ ...post, channel: "C2" }))).toMatchObject({
      code: "chat.rate_limited",
      retry: { kind: "after", ms: 30_000 },
    });
    await expect(pace.take(update)).resolves.toBeUndefined();
    await expect(pace.take({ ...post, team: "T2" })).resolves.toBeUndefined();
    await clock.advance(30_000);
    await expect(pace.take(post)).resolves.toBeUndefined();
  });

  it("PC2: a call that waits for its turn does not go when Slack asks for quiet meanwhile", async () => {
    const { clock, pace } = world();
    await pace.take(post);
    const waiting = failure(pace.take(post));

    pace.close(post, 30_000);
    await clock.advance(1_000);

    expect(await waiting).toMatchObject({ retry: { kind: "after", ms: 29_000 } });
  });

  it("a call that is turned away takes no place", async () => {
    const { clock, pace } = world();
    const turns = [1, 2, 3, 4, 5, 6].map(() => pace.take(post));
    await settledAfter(clock, 3_000, turns);

    await expect(pace.take(post)).resolves.toBeUndefined();
  });
});

function world(): { readonly clock: ManualClock; readonly pace: Pace } {
  const clock = createManualClock();
  return { clock, pace: createPace(clock) };
}

async function settledAfter(
  clock: ManualClock,
  ms: number,
  turns: readonly Promise<unknown>[],
): Promise<unknown[]> {
  const all = Promise.allSettled(turns);
  await clock.advance(0); // those that need not wait go first
  await clock.advance(ms);
  return (await all).map((one) => (one.status === "fulfilled" ? one.value : one.reason));
}

async function failure(turn: Promise<void>): Promise<ChatError> {
  const error = await turn.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ChatError) return error;
  throw new Error("The turn was expected to be refused");
}
