// What calls of the model are judged by.

import { createApprovalSeal } from "../approvals/approval-seal.ts";
import type { Ids } from "../base/ids.ts";
import type { Secret } from "../base/secret.ts";
import type { Config } from "../config/load-config.ts";
import { asPersonKey, type PersonKey } from "../domain/ids.ts";
import { samePerson } from "../domain/person-link.ts";
import type { Grants } from "../grants/contract.ts";
import type { Stages } from "../runtime/pipeline.ts";
import { createApprovalStage } from "../runtime/stages/approval.ts";
import { byRules, type Rulebook } from "../runtime/stages/by-rules.ts";
import { ownRights } from "../runtime/stages/grant.ts";
import { connectedStage } from "../runtime/stages/connected.ts";
import type { Store } from "../store/contract.ts";

/** More than anybody is asked at once. */
const mostPending = 500;

export interface StagePlace {
  readonly store: Store;
  readonly masterKey: Secret;
  readonly world: { readonly ids: Ids };
  /** Without them no tool may use a connection. */
  readonly grants?: Grants;
}

export function createStages(
  rulebook: Rulebook,
  config: Config,
  { store, masterKey, world, grants }: StagePlace,
): Stages {
  const seal = createApprovalSeal(masterKey);
  return {
    policy: byRules(rulebook),
    grant: grants ? connectedStage(store, grants) : () => Promise.resolve(ownRights),
    approval: createApprovalStage({
      seal,
      ids: world.ids,
      ttlMs: config.limits.approvalTtlMs,
      groups: groupsOf(config),
      nameOf: (people) =>
        store.read((tx) =>
          Promise.all(people.map(async (key) => ({ key, name: (await tx.people.find(key))?.name ?? key }))),
        ),
      same: async (keys, since) => samePerson(await store.read((tx) => tx.personLinks.of(keys, since))),
      pending: () => store.read((tx) => tx.approvals.pending(mostPending)),
    }),
    seal,
  };
}

export function groupsOf({ file }: Config): Readonly<Record<string, readonly PersonKey[]>> {
  return Object.fromEntries(
    Object.entries(file.settings.groups).map(([name, people]) => [name, people.map(asPersonKey)]),
  );
}
