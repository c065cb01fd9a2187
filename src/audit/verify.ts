// Is an export what happened? Needs no database, no settings and no network (AUD-5, I12).
//
//   VE1  Events are chained, checkpoints are signed over the chain, keys are signed by the ones before them. Whatever was changed,
//        left out, added, moved or signed by another is named, by tenant and sequence where there is one.
//   VE2  An export that begins later than the first event is believed from its first event on if a checkpoint says what that
//        follows.
//   VE3  With an anchor, whatever it holds must be in the export: a cut end shows, and so does a tenant that was left out of an
//        export of all of them. An export of one tenant alone says nothing of the others.
//   VE4  What was signed has events: signatures without any are of a tenant whose events were taken out.

import { CheckpointLine, isEventLine, KeyLine } from "../domain/audit-line.ts";
import { parseJson } from "../base/json.ts";
import { KeyRing } from "./key-ring.ts";
import { type Case, judgeTenant, type TenantVerdict } from "./judge-tenant.ts";
import { type BadPlace, type Fault, TenantChain } from "./tenant-chain.ts";

export interface VerifyOptions {
  /** Lines of anchor files. */
  readonly anchor?: AsyncIterable<string>;
  /** Public keys that are known to be good: 32 bytes in base64. */
  readonly keys?: readonly string[];
  /** The export ends before the anchor does, and that is no fault. */
  readonly partial?: boolean;
}

export interface Verdict {
  readonly result: "ok" | Fault | "unreadable";
  /** A sentence, where something is wrong. */
  readonly why?: string;
  readonly events: number;
  /** Of the last event in the file. */
  readonly head?: string;
  readonly firstBad?: number;
  readonly tenants: readonly TenantVerdict[];
}

interface Evidence {
  readonly chains: Map<string, TenantChain>;
  readonly checkpoints: CheckpointLine[];
  readonly anchored: CheckpointLine[];
  readonly ring: KeyRing;
  lastTenant?: string;
}

export async function verifyExport(
  lines: AsyncIterable<string>,
  options: VerifyOptions = {},
): Promise<Verdict> {
  const evidence: Evidence = {
    chains: new Map(),
    checkpoints: [],
    anchored: [],
    ring: new KeyRing(options.keys ?? []),
  };
  let held = false;
  const takeLine = (line: string): boolean => {
    held = true;
    return take(line, evidence);
  };
  const broken =
    (await readAll(lines, takeLine)) ??
    (await readAnchor(options, evidence)) ??
    // Even of a log without events an export has a key. Where there are checkpoints outside, they say what is missing.
    (held || evidence.anchored.length > 0 ? undefined : "it holds no line of an audit export");
  if (broken !== undefined) return { ...summary(evidence, []), result: "unreadable", why: broken };
  return judge(evidence, options.partial === true);
}

/** Why a line cannot be read, if one cannot. */
async function readAll(
  lines: AsyncIterable<string>,
  takeLine: (line: string) => boolean,
): Promise<string | undefined> {
  let count = 0;
  for await (const line of lines) {
    count += 1;
    if (line.trim() !== "" && !takeLine(line)) return `line ${count} is not a line of an audit export`;
  }
  return undefined;
}

function take(line: string, evidence: Evidence): boolean {
  const value = parseJson(line)?.value;
  if (isEventLine(value)) {
    const { tenant } = value;
    const chain = evidence.chains.get(tenant) ?? new TenantChain();
    evidence.chains.set(tenant, chain);
    evidence.lastTenant = tenant;
    chain.add(value, line);
    return true;
  }
  const checkpoint = CheckpointLine.safeParse(value);
  if (checkpoint.success) return evidence.checkpoints.push(checkpoint.data) > 0;
  const key = KeyLine.safeParse(value);
  if (!key.success) return false;
  evidence.ring.add(key.data);
  return true;
}

async function readAnchor(
  { anchor }: VerifyOptions,
  { anchored, ring }: Evidence,
): Promise<string | undefined> {
  if (!anchor) return undefined;
  const why = await readAll(anchor, (line) => {
    const value = parseJson(line)?.value;
    const checkpoint = CheckpointLine.safeParse(value);
    if (checkpoint.success) return anchored.push(checkpoint.data) > 0;
    const key = KeyLine.safeParse(value);
    if (key.success) ring.add(key.data);
    return key.success;
  });
  return why?.replace("an audit export", "an anchor file");
}

function judge(evidence: Evidence, partial: boolean): Verdict {
  for (const tenant of leftOut(evidence, partial)) evidence.chains.set(tenant, new TenantChain());
  const { keys, unknown } = evidence.ring.trusted();
  const tenants = [...evidence.chains].map(([tenant, chain]) =>
    judgeTenant(chain, { ...gather(evidence, tenant, partial), tenant, keys }),
  );
  const bad = worst(tenants);
  const all = summary(evidence, tenants);
  if (bad) return { ...all, result: bad.fault, why: bad.why, firstBad: bad.seq };
  if (unknown === undefined) return { ...all, result: "ok" };
  return { ...all, result: "signature", why: `key ${unknown} is not signed by a key that is known` };
}

/** Tenants that were signed for and have no event here (VE3, VE4). */
function leftOut({ chains, checkpoints, anchored }: Evidence, partial: boolean): Set<string> {
  const isOfAll = chains.size !== 1 && [...chains.values()].every(({ first }) => first === 1);
  const signed = [...checkpoints, ...(isOfAll && !partial ? anchored : [])];
  return new Set(signed.map(({ tenant }) => tenant).filter((tenant) => !chains.has(tenant)));
}

/** The signed words on one tenant, by sequence. */
function gather({ checkpoints, anchored }: Evidence, tenant: string, partial: boolean): Pick<Case, "signed"> {
  const last = checkpoints.reduce((seq, one) => (one.tenant === tenant ? Math.max(seq, one.seq) : seq), 0);
  const outside = partial ? anchored.filter(({ seq }) => seq <= last) : anchored; // VE3
  const signed = [...checkpoints, ...outside].filter((one) => one.tenant === tenant);
  return { signed: signed.toSorted((a, b) => a.seq - b.seq) };
}

function worst(tenants: readonly TenantVerdict[]): BadPlace | undefined {
  const order: readonly Fault[] = ["altered", "gap", "signature"];
  const found = tenants.flatMap(({ bad }) => bad ?? []);
  return found.toSorted((a, b) => order.indexOf(a.fault) - order.indexOf(b.fault))[0];
}

function summary(
  { chains, lastTenant }: Evidence,
  tenants: readonly TenantVerdict[],
): Pick<Verdict, "events" | "head" | "tenants"> {
  const head = lastTenant === undefined ? undefined : chains.get(lastTenant)?.head;
  const events = [...chains.values()].reduce((sum, chain) => sum + chain.events, 0);
  return { events, ...(head === undefined ? {} : { head }), tenants };
}
