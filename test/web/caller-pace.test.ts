import { describe, expect, it } from "vitest";
import { asPersonKey } from "../../src/domain/ids.ts";
import { createCallerPace, type Entry } from "../../src/web/caller-pace.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const ana = asPersonKey("local:local:ana");
const bo = asPersonKey("local:local:bo");

function during(entry: Entry, work: () => Promise<Response>): Promise<Response> {
  if (entry.kind === "full") throw new Error("Not let in");
  return entry.during(work);
}

describe("web/caller-pace", () => {
  it("MR3: lets 120 requests of a person in within a minute, and says when to come again", async () => {
    const clock = createManualClock();
    const pace = createCallerPace(clock);
    for (let turn = 0; turn < 120; turn += 1)
      await during(pace.enter(ana), async () => new Response(null, { status: 202 }));

    clock.jump(20_000);
    expect(pace.enter(ana)).toEqual({ kind: "full", retrySeconds: 40 });
    expect(pace.enter(bo).kind).toBe("in");
    clock.jump(40_000);
    expect(pace.enter(ana).kind).toBe("in");
  });

  it("MR3: 16 at once, a stream until its end or until nobody reads it", async () => {
    const clock = createManualClock();
    const pace = createCallerPace(clock);
    const open = (): Promise<Response> =>
      during(
        pace.enter(ana),
        async () => new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array([1])) })),
      );
    const streams = await Promise.all(Array.from({ length: 16 }, open));
    expect(pace.enter(ana).kind).toBe("full");
    // A new minute forgets how many were asked, and not what is under way.
    clock.jump(61_000);
    expect(pace.enter(ana).kind).toBe("full");

    await streams[0]?.body?.cancel();
    const next = pace.enter(ana);
    expect(next.kind).toBe("in");
    expect(pace.enter(ana).kind).toBe("full");
    expect(await (await during(next, async () => new Response("all of it"))).text()).toBe("all of it");
    const failing = pace.enter(ana);
    await expect(during(failing, () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(pace.enter(ana).kind).toBe("in");
  });
});
