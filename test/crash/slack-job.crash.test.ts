// The whole job on Slack with the product killed (-9) once at a typed failpoint and started again over the same folder:
// mention, plan, question, click, file, result. What Slack holds in the end must be that of an undisturbed run: nothing lost
// (I1), nothing said twice (I2), whichever of the two lines of code it died between.

import { describe, expect, it, vi } from "vitest";
import { type FailpointName, failpointNames } from "../../src/base/failpoints.ts";
import type { Death } from "./act-out.ts";
import { afterDeath } from "./scenarios.ts";
import { chance, everyPass } from "./seed.ts";
import { openSlackStage, posted, type SlackHolds, type SlackStage } from "./slack-stage.ts";

/** Longer than a sender of the outbox counts as alive (30 s), and that twice. */
const patienceMs = 150_000;

/** Most of a life is waiting for Slack's pace, so more of them go side by side than elsewhere. */
vi.setConfig({ maxConcurrency: 8 });

let undisturbed: Promise<SlackHolds> | undefined;
/** Played once, and before anything dies; where that fails, whoever is tried again plays it again. */
function expected(): Promise<SlackHolds> {
  const held = (undisturbed ??= heldAfter([]));
  held.catch(() => (undisturbed = undefined));
  return held;
}

describe.concurrent("crash: the whole job on Slack", () => {
  it("comes to its end undisturbed", async () => {
    expect(await expected()).toMatchObject({
      posts: ["attention", "card", "file", "result"],
      files: ["summary.md: # Orders\n\nnorth 3, south 4\n"],
      session: "active",
      elsewhere: 0,
    });
  });

  it.each(failpointNames.filter(isTried))(
    "I1 I2, ux d.16: leaves the same in Slack when it dies at %s",
    async (point) => {
      const whole = await expected();
      expect(await heldAfter(deathsAt(point))).toEqual(whole);
    },
  );

  it.each(posted)("I2: says its %s once when it dies between the post and its record", async (kind) => {
    const whole = await expected();
    const held = await heldAtLast(async (stage) => {
      stage.live();
      await stage.dieAfterPosting(kind);
    });
    expect(held).toEqual(whole);
  });
});

/** What this job has none of: scenarios of their own die there. */
const elsewhere = ["schedule.", "approval.", "grant."];

/** A third, drawn by the seed; all of them with `npm run soak`. */
function isTried(name: FailpointName): boolean {
  if (elsewhere.some((part) => name.startsWith(part))) return false;
  return everyPass || chance(`slack ${name}`) < 1 / 3;
}

/** Come by at the start already, with nothing to do: the job is on its way a few times later. */
const laterPass: Partial<Record<FailpointName, number>> = {
  "outbox.after-claim": 8,
  "sweeper.after-turn": 4,
};

/** Some points are come by only in the life after a death. */
function deathsAt(name: FailpointName): readonly Death[] {
  const second = afterDeath.includes(name);
  return [
    ...(second ? [{ name: "tool.after-act", pass: 2 } as const] : []),
    { name, pass: laterPass[name] ?? 1 },
  ];
}

function heldAfter(deaths: readonly Death[]): Promise<SlackHolds> {
  return heldAtLast(async (stage) => {
    for (const death of deaths) {
      expect(await stage.live(death).ended, `the job did not come by ${death.name}`).toBe("SIGKILL");
    }
  });
}

/** What Slack holds when the job is over, in the life after those that `before` lets it have. */
async function heldAtLast(before: (stage: SlackStage) => Promise<void>): Promise<SlackHolds> {
  const stage = await openSlackStage();
  try {
    await stage.begin();
    await before(stage);
    stage.live();
    await stage.over(patienceMs);
    return stage.held();
  } finally {
    await stage.close();
  }
}
