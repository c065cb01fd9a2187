import { expect, it } from "vitest";
import { manyPeople } from "./many-people.ts";

const count = 12;

it("I10, MC4: twelve people at once, each with an account of their own: no call has another one's token", async () => {
  const { mismatches, refused, served, results, calls } = await manyPeople(count, 120_000);

  expect({ mismatches, refused, served, results, calls }).toEqual({
    mismatches: [],
    refused: [],
    served: count,
    results: count,
    calls: 2 * count,
  });
}, 180_000);
