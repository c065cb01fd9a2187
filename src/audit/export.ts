// The log as lines that prove themselves: events, then checkpoints and keys (AUD-5).
//
//   EX1  An export ends with a signature over its last event, and where it begins later than the first, with one over what that
//        follows; so every export can be verified by itself.
//   EX2  Reading is an event (AUD-6), and the first thing that is done: the export holds it, if it goes on to the end.

import type { NewAuditEvent } from "../domain/audit-event.ts";
import { exportedLine } from "../domain/audit-line.ts";
import type { TenantId } from "../domain/ids.ts";
import type { AuditHead, StoredCheckpoint } from "../store/contract-audit.ts";
import { signHeads } from "./checkpoints.ts";
import type { AuditDeps } from "./contract.ts";
import { checkpointLine, keyLine, openSigner, type Signer } from "./signing-key.ts";

/** Clock milliseconds, or a sequence. */
export type Bound = { readonly at: number } | { readonly seq: number };

export interface ExportOptions {
  /** All of them when absent. */
  readonly tenant?: TenantId;
  readonly from?: Bound;
  readonly to?: Bound;
  readonly actor: string;
}

interface Stretch {
  readonly tenant: TenantId;
  readonly first: number;
  readonly last: number;
}

const page = 1_000;

export async function* exportLines(
  deps: Omit<AuditDeps, "log">,
  options: ExportOptions,
): AsyncGenerator<string> {
  const { store } = deps;
  const chosen = await headsOf(deps, options);
  const time = deps.clock.now();
  const event = { type: "audit.verified", actor: options.actor, time, data: { act: "export" } } as const;
  await store.write(async (tx) => {
    for (const { tenant } of chosen) await tx.audit.append({ ...event, tenant } satisfies NewAuditEvent);
  });
  const heads = await headsOf(deps, options);
  await signHeads(deps, heads);
  const stretches: Stretch[] = [];
  for (const head of heads) {
    const stretch = await stretchOf(deps, head, options);
    if (stretch.first <= stretch.last) stretches.push(stretch);
  }
  for (const stretch of stretches) yield* eventsOf(deps, stretch);
  const signer = await openSigner(deps);
  for (const stretch of stretches) yield* checkpointsOf(deps, signer, stretch);
  for (const key of await store.read((tx) => tx.audit.keys())) yield JSON.stringify(keyLine(key));
}

async function headsOf({ store }: Pick<AuditDeps, "store">, { tenant }: ExportOptions): Promise<AuditHead[]> {
  const heads = await store.read((tx) => tx.audit.heads());
  return heads.filter((head) => tenant === undefined || head.tenant === tenant);
}

async function stretchOf(
  { store }: Pick<AuditDeps, "store">,
  { tenant, seq, prunedTo }: AuditHead,
  { from, to }: ExportOptions,
): Promise<Stretch> {
  const before = (at: number) => store.read((tx) => tx.audit.lastBefore(tenant, at));
  const place = async (bound: Bound): Promise<number> =>
    "seq" in bound ? bound.seq : ((await before(bound.at)) ?? prunedTo);
  const start = from === undefined ? 1 : "seq" in from ? from.seq : (await place(from)) + 1;
  const end = to === undefined ? seq : "seq" in to ? to.seq : await place({ at: to.at + 1 });
  return { tenant, first: Math.max(start, prunedTo + 1), last: Math.min(end, seq) };
}

async function* eventsOf(
  { store }: Pick<AuditDeps, "store">,
  { tenant, first, last }: Stretch,
): AsyncGenerator<string> {
  let after = first - 1;
  while (after < last) {
    const rows = await store.read((tx) => tx.audit.list(tenant, after, Math.min(page, last - after)));
    for (const row of rows) yield exportedLine(row);
    const end = rows.at(-1);
    if (!end) return;
    after = end.seq;
  }
}

/** EX1: those that are kept, and one at either end if none is there. */
async function* checkpointsOf(
  { store, clock }: Pick<AuditDeps, "store" | "clock">,
  signer: Signer,
  { tenant, first, last }: Stretch,
): AsyncGenerator<string> {
  const kept = await store.read((tx) => tx.audit.checkpoints(tenant));
  const within = kept.filter(({ seq }) => seq >= first - 1 && seq <= last);
  const ends = [first - 1, last].filter((seq) => seq > 0 && !within.some((one) => one.seq === seq));
  const made: StoredCheckpoint[] = [];
  for (const seq of ends) {
    const hash = await hashAt(store, tenant, seq);
    if (hash !== undefined) made.push(signer.checkpoint({ tenant, seq, hash }, clock.now()));
  }
  for (const one of [...within, ...made].toSorted((a, b) => a.seq - b.seq))
    yield JSON.stringify(checkpointLine(one));
}

async function hashAt(store: AuditDeps["store"], tenant: TenantId, seq: number): Promise<string | undefined> {
  const [row] = await store.read((tx) => tx.audit.list(tenant, seq - 1, 1));
  return row?.seq === seq ? row.hash : undefined;
}
