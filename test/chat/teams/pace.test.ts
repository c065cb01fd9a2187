import { beforeEach, describe, expect, it } from "vitest";
import { createPace, type Pace } from "../../../src/chat/teams/outbound/pace.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";

let clock: ManualClock;
let pace: Pace;
let made: number;
let refused: unknown[];
beforeEach(() => {
  clock = createManualClock();
  pace = createPace(clock);
  made = 0;
  refused = [];
});

function take(count: number, conversation: (n: number) => string = () => "19:a"): void {
  for (let n = 0; n < count; n += 1) {
    pace.take(conversation(n)).then(
      () => (made += 1),
      (error: unknown) => refused.push(error),
    );
  }
}

/** How many were made by then, since the start. */
async function madeAfter(ms: number): Promise<number> {
  await clock.advance(ms);
  return made;
}

describe("chat/teams/pace", () => {
  it("T-M7: seven in a second, eight in two", async () => {
    take(10);
    expect(await madeAfter(0)).toBe(7);
    expect(await madeAfter(999)).toBe(7);
    expect(await madeAfter(1)).toBe(8);
    expect(await madeAfter(999)).toBe(8);
    expect(await madeAfter(1)).toBe(10);
  });

  it("T-M7: 1,800 in an hour; then it is said when there is room again", async () => {
    for (let n = 0; n < 1_800; n += 1) {
      await pace.take("19:a");
      clock.jump(1_000);
    }
    await expect(pace.take("19:a")).rejects.toMatchObject({ retry: { kind: "after", ms: 1_800_000 } });
    await expect(pace.take("19:b")).resolves.toBeUndefined();
    clock.jump(1_800_000);
    await expect(pace.take("19:a")).resolves.toBeUndefined();
  });

  it("T-M7: thirty of the app in a second, wherever they go", async () => {
    take(31, (n) => `19:${n}`);
    expect(await madeAfter(999)).toBe(30);
    expect(await madeAfter(1)).toBe(31);
  });

  it("PT1: nothing waits for longer than two seconds", async () => {
    take(16);
    await madeAfter(0);
    expect(refused).toMatchObject([{ code: "chat.rate_limited", fate: "refused", retry: { ms: 3_000 } }]);
    expect(await madeAfter(2_000)).toBe(15);
  });

  it("PT2: what waits already is put off, too, when Teams asks for quiet", async () => {
    take(8);
    pace.close("19:a", 5_000);
    expect(await madeAfter(1_000)).toBe(7);
    expect(refused).toMatchObject([{ code: "chat.rate_limited", fate: "refused", retry: { ms: 4_000 } }]);
  });
});
