// A `once` act whose process dies in its window: nobody can tell whether it happened, so it becomes `unknown`, and a person is
// asked once, with what is known, on every profile and however often the process dies while it asks (I5).

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actOut, build, type Death } from "./act-out.ts";
import { journalOf, postsOf, rowsOf } from "./outcome.ts";
import { openProfile, type Profile, profileNames } from "./profiles.ts";
import { scenarios } from "./scenarios.ts";

/** The fourth tool of the scenario is the one that may not be repeated. */
const afterIt: Death = { name: "tool.after-act", pass: 4 };
const beforeIt: Death = { name: "tool.before-act", pass: 4 };
const whileAsking: readonly Death[] = [
  { name: "park.in-commit", pass: 1 },
  { name: "park.after-commit", pass: 1 },
  { name: "outbox.after-post", pass: 1 },
];
const payment = "tool send_once";

describe.concurrent.each(profileNames)("crash: an act in doubt on %s", (profileName) => {
  let profile: Profile;
  beforeAll(async () => {
    profile = await openProfile(profileName);
  });
  afterAll(() => profile.stop());

  it.each([
    ["It ran", [afterIt], 1, [`${payment} done`]],
    ["It did not run", [afterIt], 1, [`${payment} failed`]],
    ["Do it again", [afterIt], 2, [`${payment} unknown`, `${payment} done`]],
    ["Do it again", [beforeIt], 1, [`${payment} unknown`, `${payment} done`]],
    ["It ran", [afterIt, ...whileAsking], 1, [`${payment} done`]],
  ] as const)("I5: asks once and obeys: %s", async (answer, deaths, times, journal) => {
    const scenario = scenarios.find(({ name }) => name === "acts of all kinds outside");
    if (!scenario) throw new Error("There is no such scenario");
    const set = await build(profile, scenario, answer);
    try {
      await actOut(set, deaths);
      const [row, ...others] = await rowsOf(set);
      const asked = (await postsOf(set)).filter(({ about }) => about === "doubt");

      expect(others).toEqual([]);
      expect(row?.run.state).toBe("done");
      expect(asked).toHaveLength(1);
      expect(asked[0]?.text).toMatch(/“send_once” \(step \d+, begun .+\).+\{"what":"a payment"\}/);
      expect(row?.waits.map(({ ask, answer: given }) => [ask.kind, given?.answer])).toEqual([
        ["doubt", answer],
      ]);
      expect(journalOf(row ?? { steps: [] }).filter((line) => line.includes(payment))).toEqual(journal);
      expect(set.world.times("once", "a payment")).toBe(times);
    } finally {
      await set.close();
    }
  });
});
