// The predicates on arguments: one file in `predicates/` and one line here.

import type { PredicateOp } from "../domain/policy.ts";
import type { Predicate } from "./contract.ts";
import { countGt } from "./predicates/count-gt.ts";
import { equals } from "./predicates/equals.ts";
import { gt } from "./predicates/gt.ts";
import { inDomain } from "./predicates/in-domain.ts";
import { lt } from "./predicates/lt.ts";
import { matches } from "./predicates/matches.ts";
import { notInDomain } from "./predicates/not-in-domain.ts";
import { oneOf } from "./predicates/one-of.ts";
import { under } from "./predicates/under.ts";

export const predicates: Readonly<Record<PredicateOp, Predicate>> = {
  equals,
  one_of: oneOf,
  lt,
  gt,
  under,
  in_domain: inDomain,
  not_in_domain: notInDomain,
  matches,
  count_gt: countGt,
};
