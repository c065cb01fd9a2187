// Every scenario once straight and once per failpoint that it comes by (a share of them without `npm run soak`), with the
// process killed (-9) there and started again, on SQLite and on Postgres with Redis. What came of it must be that of an
// undisturbed run: nothing lost (I1), nothing said twice (I2), no step done or journalled twice (I4, I5), and outside
// everything once.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FailpointName, failpointNames } from "../../src/base/failpoints.ts";
import { actOut, build, type Death, type Staged } from "./act-out.ts";
import { journalOf, postsOf, rowsOf } from "./outcome.ts";
import { openProfile, type Profile, profileNames } from "./profiles.ts";
import { afterDeath, elsewhere, everywhere, type Scenario, scenarios } from "./scenarios.ts";
import { chance, everyPass, passesFor } from "./seed.ts";

describe("crash: failpoints", () => {
  it("FP1: each is come by in a scenario", () => {
    const known = new Set([...scenarios.flatMap(({ comesBy }) => comesBy), ...afterDeath, ...elsewhere]);

    expect(failpointNames.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe.each(profileNames)("crash: scenarios on %s", (profileName) => {
  let profile: Profile;
  const straight = new Map<Scenario, Promise<Straight>>();
  beforeAll(async () => {
    profile = await openProfile(profileName);
  });
  afterAll(() => profile.stop());

  const straightOf = (scenario: Scenario): Promise<Straight> => {
    const known = straight.get(scenario);
    if (known) return known;
    const first = undisturbed(profile, scenario);
    straight.set(scenario, first);
    first.catch(() => straight.delete(scenario)); // whoever is tried again tries it again
    return first;
  };

  describe.concurrent.each(scenarios)("$name", (scenario) => {
    it("comes to its end, by way of its failpoints", async () => {
      const { outcome, passed } = await straightOf(scenario);

      expect(outcome).toMatchObject({ posts: scenario.posts, runs: scenario.runs });
      expect(outcome.outside).toEqual(scenario.outside.map(() => 1));
      expect(scenario.comesBy.filter((name) => passed[name] === undefined)).toEqual([]);
    });

    it.each(pointsOf(scenario, profileName))(
      "I1 I2 I4 I5: comes out the same when it dies at %s",
      async (name) => {
        const { outcome, passed } = await straightOf(scenario);
        for (const pass of passesFor(`${profileName} ${scenario.name} ${name}`, passed[name] ?? 1)) {
          const set = await build(profile, scenario);
          try {
            await actOut(set, [{ name, pass }], pass === 1);

            const again = await outcomeOf(set, scenario);
            expect(again, `died at ${name}, time ${pass}: ${JSON.stringify(again)}`).toEqual(outcome);
          } finally {
            await set.close();
          }
        }
      },
      everyPass ? 1_800_000 : 400_000,
    );
  });

  describe.concurrent("after a death", () => {
    it.each(afterDeath)("I2 I4 I8: comes out the same when the next life dies at %s", async (name) => {
      const [scenario] = scenarios;
      if (!scenario) throw new Error("There is no scenario");
      const { outcome } = await straightOf(scenario);
      // Long enough that the lease of the dead is still there to be handed over when the next life has begun.
      const set = await build(profile, { ...scenario, env: { ...scenario.env, DEPUTY_LEASE_MS: "600000" } });
      const first: Death = { name: "tool.after-act", pass: 4 };
      try {
        await actOut(set, [first, { name, pass: 1 }]);

        expect(await outcomeOf(set, scenario)).toEqual(outcome);
      } finally {
        await set.close();
      }
    });
  });
});

/**
 * With `npm run soak` all of them. Otherwise a thorough scenario has each of its points tried on one of the two profiles, which
 * the seed draws, and of the points that every scenario comes by the others try a few.
 */
function pointsOf(scenario: Scenario, profileName: string): readonly FailpointName[] {
  if (everyPass) return scenario.comesBy;
  if (scenario.thorough) {
    const drawn = (name: FailpointName): string | undefined =>
      profileNames[chance(`profile of ${scenario.name} ${name}`) < 1 / 2 ? 0 : 1];
    return scenario.comesBy.filter((name) => drawn(name) === profileName);
  }
  const common = new Set<FailpointName>(everywhere);
  const isChosen = (name: FailpointName): boolean =>
    chance(`turn of ${profileName} ${scenario.name} ${name}`) < (common.has(name) ? 1 / 10 : 1 / 2);
  return scenario.comesBy.filter(isChosen);
}

interface Straight {
  readonly outcome: Outcome;
  readonly passed: Readonly<Record<string, number>>;
}

async function undisturbed(profile: Profile, scenario: Scenario): Promise<Straight> {
  const set = await build(profile, scenario);
  try {
    const passed = await actOut(set, []);
    return { passed, outcome: await outcomeOf(set, scenario) };
  } finally {
    await set.close();
  }
}

interface Outcome {
  readonly posts: readonly string[];
  readonly runs: readonly string[];
  readonly journal: readonly (readonly string[])[];
  readonly outside: readonly number[];
}

/** A `once` act in doubt is a story of its own (doubts.crash.test.ts): here the person who looks makes it come out the same. */
async function outcomeOf(set: Staged, scenario: Scenario): Promise<Outcome> {
  const rows = await rowsOf(set);
  const posts = (await postsOf(set)).filter(({ about }) => about !== "doubt").map(({ kind }) => kind);
  // On a slow machine a run is long enough for a card that it would not have had.
  const aside = scenario.posts.includes("card") ? ["notice"] : ["notice", "card"];
  return {
    posts: posts.filter((kind) => !aside.includes(kind)),
    runs: rows.map(({ run }) => run.state),
    journal: scenario.journalVaries ? [] : rows.map((row) => withoutDoubt(journalOf(row))),
    outside: scenario.outside.map(([kind, what]) => set.world.times(kind, what)),
  };
}

/** The journal as if what was in doubt and done again had been done once. */
function withoutDoubt(journal: readonly string[]): string[] {
  const again = journal.flatMap((line, place) => (line.endsWith("unknown") ? [place] : []));
  if (again.length === 0) return [...journal];
  return journal.filter((_line, place) => !again.includes(place)).map((line) => line.replace(/^\d+: /, ""));
}
