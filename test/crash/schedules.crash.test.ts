// A schedule whose process is killed (-9) while it fires, once at each of its failpoints, on SQLite and on Postgres with Redis: the
// firing takes place once (SC2, SF1), its thread is begun once, its result is said once (I2), and it comes round again.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actOut, build } from "./act-out.ts";
import { postsOf, rowsOf, schedulesOf } from "./outcome.ts";
import { openProfile, type Profile, profileNames } from "./profiles.ts";
import { comingRound, firingPoints } from "./scenarios.ts";

describe.each(profileNames)("crash: a firing on %s", (profileName) => {
  let profile: Profile;
  beforeAll(async () => {
    profile = await openProfile(profileName);
  });
  afterAll(() => profile.stop());

  it.concurrent.each(firingPoints)("SC2 SF1 I2: takes place once when it dies at %s", async (name) => {
    const set = await build(profile, comingRound);
    try {
      await actOut(set, [{ name, pass: 1 }]);

      const rows = await rowsOf(set);
      const posts = await postsOf(set);
      const [schedule, ...more] = await schedulesOf(set);
      expect(rows.map(({ run }) => run.state)).toEqual(["done", "done"]);
      expect(rows.filter(({ run }) => run.schedule !== undefined)).toHaveLength(1);
      expect(posts.filter(({ text }) => text?.startsWith("**Do the newround**"))).toHaveLength(1);
      // Each in its conversation, and these don't wait for each other (I3).
      const results = posts.filter(({ kind }) => kind === "result").map(({ text = "" }) => text);
      expect(results.toSorted()).toEqual(["Round one.", "Set up."]);
      expect(set.world.times("keyed", "the round")).toBe(1);
      expect(more).toEqual([]);
      expect(schedule).toMatchObject({ state: "active", lastRun: rows[1]?.run.id });
      expect(schedule?.nextAt).toBeGreaterThan(Date.now());
    } finally {
      await set.close();
    }
  });
});
