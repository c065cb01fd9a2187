import { describe, expect, it } from "vitest";
import { createShares } from "../../src/workers/shares.ts";

describe("workers/shares", () => {
  it.each([
    { concurrency: 1, tenants: "one", perPerson: 1, perTenant: 1 },
    { concurrency: 2, tenants: "one", perPerson: 1, perTenant: 2 },
    { concurrency: 8, tenants: "one", perPerson: 4, perTenant: 8 },
    { concurrency: 9, tenants: "several", perPerson: 4, perTenant: 8 },
    { concurrency: 1, tenants: "several", perPerson: 1, perTenant: 1 },
  ] as const)(
    "SH1, SH2: $concurrency slots and $tenants tenant(s)",
    ({ concurrency, tenants, ...limits }) => {
      expect(createShares({ concurrency, tenants }).limits()).toEqual(limits);
    },
  );

  it("SH3: grows with the processes that hold leases, and shrinks with them", () => {
    const shares = createShares({ concurrency: 4, tenants: "several" });

    shares.observe(["a", "b", "b", "c"]);
    expect(shares.limits()).toEqual({ perPerson: 6, perTenant: 11 });

    shares.observe([]);
    expect(shares.limits()).toEqual({ perPerson: 2, perTenant: 3 });
  });
});
