// Random kills (-9) inside the window of acts outside: 0 lost, 0 repeated for read, keyed and askable tools, and every `once`
// act in doubt is asked about exactly once (I4, I5). DEPUTY_CHAOS_KILLS says how many kills, over both profiles.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { backToWork, type Chaos, wreakHavoc } from "./chaos.ts";
import { postsOf, rowsOf } from "./outcome.ts";
import { openProfile, type Profile, profileNames } from "./profiles.ts";

const kills = Math.ceil(Number(process.env["DEPUTY_CHAOS_KILLS"] ?? 16) / profileNames.length);
const mayTakeMs = 300_000 + kills * 10_000;

describe.each(profileNames)("crash: chaos on %s", (name) => {
  let profile: Profile;
  beforeAll(async () => {
    profile = await openProfile(name);
  });
  afterAll(() => profile.stop());

  it(
    `I4 I5: ${kills} kills lose nothing and repeat nothing`,
    async () => {
      const chaos = await wreakHavoc(profile, name, kills);
      try {
        const { set, planned } = chaos;
        const rows = await rowsOf(set);
        const waits = rows.flatMap((row) => row.waits).filter(({ ask }) => ask.kind === "doubt");
        const asked = (await postsOf(set)).filter(({ about }) => about === "doubt");
        const steps = rows.flatMap((row) => row.steps);
        report(name, chaos, waits.length);

        expect(chaos.kills).toHaveLength(kills);
        expect(rows.map(({ run }) => run.outcome?.code)).toEqual(rows.map(() => "done"));
        expect(steps.filter(({ state }) => state === "started")).toEqual([]);
        expect(planned.filter(({ kind, what }) => set.world.times(kind, what) === 0)).toEqual([]);
        expect(
          planned.filter(({ kind, what }) => kind !== "read" && set.world.times(kind, what) > 1),
        ).toEqual([]);
        expect(asked).toHaveLength(waits.length);
        expect(new Set(waits.map(({ run, step }) => `${run} ${step}`)).size).toBe(waits.length);
      } finally {
        await chaos.set.close();
      }
    },
    mayTakeMs,
  );
});

function report(name: string, chaos: Chaos, doubts: number): void {
  const times = backToWork(chaos);
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0;
  process.stdout.write(
    `chaos on ${name}: ${chaos.kills.length} kills, ${chaos.planned.length} acts, ${doubts} in doubt, ` +
      `back to work p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (${times.length} times)\n`,
  );
}
