import { describe, expect, it } from "vitest";
import { createEditPace, type Target, usualPacing } from "../../src/gateway/edit-pace.ts";
import { aCard, anAttention } from "../chat/outgoing.ts";

const posted = 1_000_000;
const target: Target = { key: "card:1", postedAt: posted, posted: aCard() };

describe("gateway/edit-pace", () => {
  it("lets a card be edited every 5 s in its first minute, then every 30 s", () => {
    const pace = createEditPace(usualPacing);
    expect(pace.earliest(target, aCard(), 0)).toBe(posted + 5_000);

    pace.edited(target.key, aCard(), posted + 5_000);
    expect(pace.earliest(target, aCard(), 0)).toBe(posted + 10_000);

    pace.edited(target.key, aCard(), posted + 61_000);
    expect(pace.earliest(target, aCard(), 0)).toBe(posted + 91_000);
  });

  it("shows a change of state as soon as the platform allows", () => {
    const pace = createEditPace(usualPacing);
    pace.edited(target.key, aCard(), posted + 61_000);

    expect(pace.earliest(target, aCard({ state: "Done" }), 3_000)).toBe(posted + 64_000);
  });

  it("shows a decision at once", () => {
    const pace = createEditPace(usualPacing);
    const ask = { key: "ask:1", postedAt: posted, posted: anAttention() };

    expect(pace.earliest(ask, anAttention({ decided: "Ana: Europe" }), 250)).toBe(posted + 250);
  });

  it("keeps to a platform that wants more time", () => {
    const pace = createEditPace(usualPacing);

    expect(pace.earliest(target, aCard(), 10_000)).toBe(posted + 10_000);
  });

  it("knows each message by itself", () => {
    const pace = createEditPace(usualPacing);
    pace.edited("card:2", aCard(), posted + 500_000);

    expect(pace.earliest(target, aCard(), 0)).toBe(posted + 5_000);
  });
});
