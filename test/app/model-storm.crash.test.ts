// A model service that refuses most calls for a while (429 with Retry-After) while fifty people's worth of work comes in.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finishes, type Product, startProduct } from "./product.ts";

const jobs = 50;
const refused = 150;
const limited = {
  kind: "raw",
  status: 429,
  headers: { "content-type": "application/json", "retry-after": "1" },
  body: JSON.stringify({
    error: { message: "Too many requests", type: "requests", code: "rate_limit_exceeded" },
  }),
} as const;

describe("app: a storm of 429", () => {
  let product: Product;
  beforeEach(async () => {
    product = await startProduct();
  });
  afterEach(() => product.stop());

  it("I3 I13: each of 50 runs finishes, and the service is asked little more often than it refuses", async () => {
    const { people, model } = product;
    let left = refused;
    model.answerBy(() => {
      left -= 1;
      return left >= 0 ? limited : finishes("Done.");
    });

    const team = [people.ana, people.bo, people.ada];
    const threads = await Promise.all(
      Array.from({ length: jobs }, (_, n) => team[n % 3]?.asks(`@deputy do job ${n}`)),
    );
    const results = await Promise.all(threads.map((thread) => thread?.post("result")));

    expect(results.map((result) => result?.body.outcome)).toEqual(results.map(() => "done"));
    expect(threads.flatMap((thread) => thread?.posts("result") ?? [])).toHaveLength(jobs);
    expect(model.requests.length).toBe(refused + jobs);
  });
});
