// One tenant's chain against what was signed about it (VE1 to VE3).

import type { CheckpointLine } from "../domain/audit-line.ts";
import { isGoodCheckpoint } from "./key-ring.ts";
import type { BadPlace, TenantChain } from "./tenant-chain.ts";

export interface TenantVerdict {
  readonly tenant: string;
  readonly events: number;
  readonly from: number;
  readonly to: number;
  readonly head: string;
  /** The last event that a signature covers. */
  readonly signedTo: number;
  /** Events that say that payloads were erased. */
  readonly erased: number;
  readonly bad?: BadPlace;
}

export interface Case {
  readonly tenant: string;
  /** By sequence. */
  readonly signed: readonly CheckpointLine[];
  /** Public keys that count, by id. */
  readonly keys: ReadonlyMap<string, string>;
}

export function judgeTenant(chain: TenantChain, about: Case): TenantVerdict {
  const { first, last, head, events, erased } = chain;
  const signedTo = about.signed.reduce(
    (to, line) => (line.seq <= last && agrees(line, chain, about) ? Math.max(to, line.seq) : to),
    0,
  );
  const founded =
    first === 1 || about.signed.some((line) => line.seq === first - 1 && agrees(line, chain, about));
  const bad = chain.bad ?? signedOtherwise(chain, about) ?? openEnded(chain, founded, signedTo);
  return {
    tenant: about.tenant,
    events,
    from: first,
    to: last,
    head,
    signedTo,
    erased,
    ...(bad ? { bad } : {}),
  };
}

function agrees(line: CheckpointLine, chain: TenantChain, { keys }: Case): boolean {
  return isGoodCheckpoint(line, keys) && chain.hashAt(line.seq) === line.head;
}

/** The first signed word that the events don't bear out. */
function signedOtherwise(chain: TenantChain, { signed, keys }: Case): BadPlace | undefined {
  let good = chain.first - 1;
  for (const line of signed) {
    const { seq, key } = line;
    if (!isGoodCheckpoint(line, keys)) {
      const why = keys.has(key) ? `is not by key ${key}` : `is by ${key}, a key that is not known`;
      return { fault: "signature", seq, why: `the signature at event ${seq} ${why}` };
    }
    if (seq < chain.first - 1) continue;
    if (seq > chain.last)
      return {
        fault: "gap",
        seq: chain.last + 1,
        why: `event ${seq} was signed, and the events end at ${chain.last}`,
      };
    if (chain.hashAt(seq) !== line.head)
      return { fault: "altered", seq, why: `events ${good + 1} to ${seq} are not those that were signed` };
    good = seq;
  }
  return undefined;
}

/** An export begins at the first event or where a signature says what it follows (VE2), and it ends with a signature. */
function openEnded(chain: TenantChain, founded: boolean, signedTo: number): BadPlace | undefined {
  if (!founded)
    return {
      fault: "gap",
      seq: 1,
      why: `events before ${chain.first} are missing, and no signature stands for them`,
    };
  if (signedTo >= chain.last) return undefined;
  return {
    fault: "gap",
    seq: chain.last + 1,
    why: `no signature covers event ${chain.last}, the last that is there: the end was cut off`,
  };
}
