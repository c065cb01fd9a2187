// Many people who work at once, each with an account of their own, against a CRM that looks at every token (I10, MC4, VLT-7).
// DEPUTY_TEST_PEOPLE says how many; a thousand take some minutes.

import { expect, it } from "vitest";
import { manyPeople } from "../examples/many-people.ts";

const count = Number(process.env["DEPUTY_TEST_PEOPLE"] ?? 250);
const patienceMs = 1_000 * Math.max(120, 1.2 * count);

it(
  "I10: many people at once: no call has another one's token, and everybody is served",
  async () => {
    const { connectMs, runMs, ...told } = await manyPeople(count, patienceMs);
    process.stdout.write(
      `${count} people: connected in ${Math.round(connectMs / 1_000)} s, served in ${Math.round(runMs / 1_000)} s\n`,
    );

    expect(told).toEqual({ mismatches: [], refused: [], served: count, results: count, calls: 2 * count });
  },
  2 * patienceMs,
);
