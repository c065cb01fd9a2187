// A quick look at the chains where they are: do they end as they say, and as their anchors say (OPS-4)?
//
// Owns: what can be told in a moment, without an export. Does not own: the proof (verify.ts), which reads everything.
//
//   LK1  Of each tenant the last events are read, from the last checkpoint on at least, and held against the head, against that
//        checkpoint and against the last word of each anchor file. However many events nobody has signed yet, a look is short.
//   LK2  Others write, prune and change keys meanwhile: an end that looks broken, or is not as an anchor says, is looked at once
//        more, as it and the keys are then.

import { open } from "node:fs/promises";
import { errorText, systemErrorCode } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import type { Clock } from "../base/clock.ts";
import { CheckpointLine, exportedLine, isEventLine } from "../domain/audit-line.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Store } from "../store/contract.ts";
import type { AuditHead, StoredCheckpoint } from "../store/contract-audit.ts";
import { isGoodCheckpoint } from "./key-ring.ts";
import { checkpointLine } from "./signing-key.ts";
import { TenantChain } from "./tenant-chain.ts";

const lastEvents = 200;
/** Twice of what may be unsigned while all is well (CP1). */
const mostEvents = 2_000;
const tailBytes = 1024 ** 2;
const mostUnanchored = 500;

export interface ChainLook {
  readonly tenants: number;
  readonly events: number;
  /** Anchor files that have a word on some chain. */
  readonly anchors: number;
  readonly problems: readonly string[];
  /** Those of the chains by themselves: what was written is not what is there. */
  readonly broken: readonly string[];
  /** Anchor files that hold nothing where they should: they may be another machine's to write. */
  readonly silent: readonly string[];
  /** Chains that there was no time to look at. */
  readonly left: number;
}

/** No longer than that. */
export interface LookTime {
  readonly clock: Pick<Clock, "now">;
  readonly forMs: number;
}

export async function lookAtChains(
  store: Store,
  anchorFiles: readonly string[],
  time?: LookTime,
): Promise<ChainLook> {
  const heads = await store.read((tx) => tx.audit.heads());
  const keys = await publicKeys(store);
  const files = await Promise.all(anchorFiles.map((file) => readAnchor(file)));
  const problems: string[] = files.flatMap(({ problem }) => problem ?? []);
  const broken: string[] = [];
  const silent = new Set<string>();
  const isOver = timer(time);
  let looked = 0;
  for (const head of heads) {
    if (isOver()) break;
    looked += 1;
    broken.push(...(await twice(store, { head, keys }, (now) => brokenEnd(store, now))));
    for (const anchor of files) {
      problems.push(
        ...(await twice(store, { head, keys }, (now) => saysOtherwise(store, { ...now, anchor }))),
      );
      if (await saysNothing(store, { head, anchor })) silent.add(anchor.file);
    }
  }
  problems.push(...unknownTenants(heads, files));
  return {
    tenants: heads.length,
    events: heads.reduce((sum, { seq, prunedTo }) => sum + seq - prunedTo, 0),
    anchors: files.filter(({ last }) => last.size > 0).length,
    problems: [...broken, ...problems, ...[...silent].map(silentWords)],
    broken,
    silent: [...silent],
    left: heads.length - looked,
  };
}

function timer(time: LookTime | undefined): () => boolean {
  if (!time) return () => false;
  const until = time.clock.now() + time.forMs;
  return () => time.clock.now() > until;
}

function unknownTenants(heads: readonly AuditHead[], files: readonly AnchorRead[]): string[] {
  const known = new Set(heads.map(({ tenant }) => String(tenant)));
  return files.flatMap(({ file, last }) =>
    [...last.keys()]
      .filter((tenant) => !known.has(tenant))
      .map((tenant) => `${file} holds a checkpoint of ${tenant}, whose events are gone`),
  );
}

/** By id. */
type Keys = ReadonlyMap<string, string>;

async function publicKeys(store: Store): Promise<Keys> {
  const keys = await store.read((tx) => tx.audit.keys());
  return new Map(keys.map(({ id, publicKey }) => [id, publicKey]));
}

interface End {
  readonly head: AuditHead;
  readonly keys: Keys;
}

interface Anchored extends End {
  readonly anchor: AnchorRead;
}

async function saysOtherwise(store: Store, { head, keys, anchor }: Anchored): Promise<string[]> {
  const { file, last } = anchor;
  const word = last.get(head.tenant);
  return word ? contradicted(store, { head, word, keys, file }) : [];
}

async function saysNothing(
  store: Store,
  { head, anchor: { last, problem } }: Omit<Anchored, "keys">,
): Promise<boolean> {
  return last.size === 0 && problem === undefined && (await isAnchored(store, head));
}

export function silentWords(file: string): string {
  return `${file} holds no checkpoint, and the database says that it should`;
}

async function isAnchored(store: Store, { tenant }: AuditHead): Promise<boolean> {
  const last = await store.read((tx) => tx.audit.lastCheckpoint(tenant));
  if (!last) return false;
  const waiting = await store.read((tx) => tx.audit.unanchored(mostUnanchored));
  return waiting.length < mostUnanchored && !waiting.some((one) => one.tenant === tenant);
}

/** LK2. */
async function twice(store: Store, end: End, look: (end: End) => Promise<string[]>): Promise<string[]> {
  const found = await look(end);
  if (found.length === 0) return found;
  const heads = await store.read((tx) => tx.audit.heads());
  const head = heads.find(({ tenant }) => tenant === end.head.tenant);
  return head ? look({ head, keys: await publicKeys(store) }) : found;
}

/** The last events against each other, against the head and against the last signature. */
async function brokenEnd(
  store: Store,
  { head: { tenant, seq, hash, prunedTo }, keys }: End,
): Promise<string[]> {
  if (seq === prunedTo) return [];
  const signed = await store.read((tx) => tx.audit.lastCheckpoint(tenant));
  const from = Math.max(seq - mostEvents, Math.min(seq - lastEvents, (signed?.seq ?? seq) - 1));
  const after = Math.max(prunedTo, from);
  const chain = new TenantChain();
  for (const row of await store.read((tx) => tx.audit.list(tenant, after, seq - after))) {
    const line = exportedLine(row);
    const event = parseJson(line)?.value;
    if (!isEventLine(event)) return [`${tenant}: event ${row.seq} can't be read`];
    chain.add(event, line);
  }
  if (chain.bad) return [`${tenant}: ${chain.bad.why}`];
  if (chain.last !== seq || chain.head !== hash)
    return [`${tenant}: its events end at ${chain.last}, and its head says ${seq}`];
  return signed ? otherThanSigned(store, { signed, chain, keys, from: after }) : [];
}

interface Signed {
  readonly signed: StoredCheckpoint;
  readonly chain: TenantChain;
  readonly keys: Keys;
  /** Events up to here were not read. */
  readonly from: number;
}

async function otherThanSigned(store: Store, { signed, chain, keys, from }: Signed): Promise<string[]> {
  if (signed.seq > chain.last) return cutOff(store, signed.tenant, signed.seq);
  return signed.seq > from ? signedOtherwise(signed, chain, keys) : [];
}

function signedOtherwise(signed: StoredCheckpoint, chain: TenantChain, keys: Keys): string[] {
  const { tenant, seq, head } = signed;
  if (!isGoodCheckpoint(checkpointLine(signed), keys))
    return [`${tenant}: the signature at event ${seq} is not by a key of this database`];
  return chain.hashAt(seq) === head ? [] : [`${tenant}: event ${seq} is not the one that was signed`];
}

/** The events end before one that was signed, unless they went on while we looked. */
async function cutOff(store: Store, tenant: TenantId, signed: number): Promise<string[]> {
  const now = (await store.read((tx) => tx.audit.heads())).find((head) => head.tenant === tenant)?.seq ?? 0;
  return now >= signed ? [] : [`${tenant}: event ${signed} was signed, and its events end at ${now}`];
}

interface Word extends End {
  readonly word: CheckpointLine;
  readonly file: string;
}

async function contradicted(store: Store, { head, word, keys, file }: Word): Promise<string[]> {
  const { tenant, seq, prunedTo } = head;
  const where = `${file} on ${tenant}`;
  if (!isGoodCheckpoint(word, keys))
    return [`${where}: its last checkpoint is not by a key of this database`];
  if (word.seq > seq)
    return [`${where}: event ${word.seq} was signed, and the events end at ${seq}: the end was cut off`];
  if (word.seq <= prunedTo) return [];
  const [row] = await store.read((tx) => tx.audit.list(tenant, word.seq - 1, 1));
  return row?.hash === word.head ? [] : [`${where}: event ${word.seq} is not the one that was signed`];
}

interface AnchorRead {
  readonly file: string;
  /** By tenant. */
  readonly last: ReadonlyMap<string, CheckpointLine>;
  readonly problem?: string;
}

async function readAnchor(file: string): Promise<AnchorRead> {
  const last = new Map<TenantId | string, CheckpointLine>();
  try {
    for (const line of await tailOf(file)) {
      const read = CheckpointLine.safeParse(parseJson(line)?.value);
      if (read.success) last.set(read.data.tenant, read.data);
    }
    return { file, last };
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return { file, last };
    return { file, last, problem: `${file} can't be read: ${errorText(error)}` };
  }
}

/** Lines at the end of the file; the first may be cut, and is then no line of ours. */
async function tailOf(file: string): Promise<string[]> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - tailBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString("utf8", 0, bytesRead).split("\n");
  } finally {
    await handle.close();
  }
}
