// Keys of one person (domain/person-link.ts), and the codes by which they prove it.

import { expect, it } from "vitest";
import { personKey } from "../../src/domain/ids.ts";
import { samePerson } from "../../src/domain/person-link.ts";
import type { Tx } from "../../src/store/contract.ts";
import type { StoreCase } from "./store-contract.ts";
import { t0 } from "./store-rows.ts";

const [slack, teams, other, third] = [
  personKey("slack", "T1", "U-ana"),
  personKey("teams", "t1", "oid-ana"),
  personKey("slack", "T2", "U-ana"),
  personKey("slack", "T3", "U-ana"),
];

export function personLinkSuite(current: StoreCase): void {
  const on = <T>(fn: (of: Tx["personLinks"]) => Promise<T>) =>
    current.store.write((tx) => fn(tx.personLinks));
  const link = (one: typeof slack, two: typeof slack, now = t0) =>
    on((of) => of.link(one, two, { fresh: `p-${one}-${now}`, now }));

  it("makes two keys one person, once", async () => {
    expect(await link(slack, teams)).toBe(true);
    expect(await link(teams, slack)).toBe(false);
    expect(await on((of) => of.others(slack))).toEqual([teams]);
    const same = samePerson(await on((of) => of.of([slack, teams, other], 0)));
    expect([same(slack, teams), same(slack, other), same(other, other)]).toEqual([true, false, true]);
  });

  it("joins what each of two keys was linked with before", async () => {
    await link(slack, teams);
    await link(other, third, t0 + 1);
    expect(await link(teams, third, t0 + 2)).toBe(true);
    expect(await on((of) => of.others(slack))).toEqual([other, third, teams].toSorted());
  });

  it("LK2: a key that was taken out counts where one asks from before that, and no longer after", async () => {
    await link(slack, teams);
    await link(slack, other, t0 + 1);
    expect((await on((of) => of.unlink(slack, t0 + 10))).toSorted()).toEqual([other, teams].toSorted());
    expect(await on((of) => of.unlink(slack, t0 + 11))).toEqual([]);
    expect(await on((of) => of.others(teams))).toEqual([other]);
    expect(await on((of) => of.others(slack))).toEqual([]);
    expect(await on((of) => of.others(slack, t0 + 9))).toEqual([other, teams].toSorted());
    const sameFrom = async (from: number) =>
      samePerson(await on((of) => of.of([slack, teams], from)))(slack, teams);
    expect([await sameFrom(t0 + 9), await sameFrom(t0 + 10)]).toEqual([true, false]);

    expect(await on((of) => of.unlink(teams, t0 + 12))).toEqual([other]); // nobody is linked with nobody
    expect(await on((of) => of.others(other))).toEqual([]);
    expect(await link(slack, teams, t0 + 20)).toBe(true);
    expect(await on((of) => of.others(slack))).toEqual([teams]);
  });

  it("gives a code once, in time, and keeps one per key that it was shown to", async () => {
    const code = { shownTo: slack, shownToName: "Ana", expiresAt: t0 + 100 };
    await on((of) => of.offer({ ...code, digest: "d1" }, t0));
    await on((of) => of.offer({ ...code, digest: "d2", enteredBy: teams }, t0));
    await on((of) => of.offer({ ...code, digest: "d3", shownTo: teams }, t0));

    expect(await on((of) => of.take("d1", t0 + 1))).toBeUndefined();
    expect(await on((of) => of.take("d2", t0 + 1))).toEqual({ ...code, digest: "d2", enteredBy: teams });
    expect(await on((of) => of.take("d2", t0 + 1))).toBeUndefined();
    expect(await on((of) => of.take("d3", t0 + 100))).toBeUndefined();
    expect(await on((of) => of.take("d3", t0 + 1))).toBeUndefined(); // it is gone all the same
  });
}
