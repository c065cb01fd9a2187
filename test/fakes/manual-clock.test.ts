import { expect, it } from "vitest";
import { createManualClock } from "./manual-clock.ts";

it("goes back for nobody who moves it while it moves", async () => {
  const clock = createManualClock(0);
  clock.after(10, () => undefined);

  await Promise.all([clock.advance(50), clock.advance(1_000)]);

  expect(clock.now()).toBe(1_010);
});
