// A quick look at the chains where they are: do they end as they say, and as their anchors say (OPS-4)?
//
// Owns: what can be told in a moment, without an export. Does not own: the proof (verify.ts), which reads everything.
//
//   LK1  Of each tenant the last events are read, and held against the head and against the last word of each anchor file.

import { open } from "node:fs/promises";
import { errorText, systemErrorCode } from "../base/errors.ts";
import { parseJson } from "../base/json.ts";
import { CheckpointLine, exportedLine, isEventLine } from "../domain/audit-line.ts";
import type { TenantId } from "../domain/ids.ts";
import type { Store } from "../store/contract.ts";
import type { AuditHead } from "../store/contract-audit.ts";
import { isGoodCheckpoint } from "./key-ring.ts";
import { TenantChain } from "./tenant-chain.ts";

const lastEvents = 200;
const tailBytes = 1024 ** 2;
const mostUnanchored = 500;

export interface ChainLook {
  readonly tenants: number;
  readonly events: number;
  /** Anchor files that have a word on some chain. */
  readonly anchors: number;
  readonly problems: readonly string[];
}

export async function lookAtChains(store: Store, anchorFiles: readonly string[]): Promise<ChainLook> {
  const heads = await store.read((tx) => tx.audit.heads());
  const keys = new Map(
    (await store.read((tx) => tx.audit.keys())).map(({ id, publicKey }) => [id, publicKey] as const),
  );
  const files = await Promise.all(anchorFiles.map((file) => readAnchor(file)));
  const problems: string[] = files.flatMap(({ problem }) => problem ?? []);
  for (const head of heads) {
    problems.push(...(await brokenEnd(store, head)));
    for (const { file, last, problem } of files) {
      const word = last.get(head.tenant);
      if (word) problems.push(...(await contradicted(store, { head, word, keys, file })));
      else if (last.size === 0 && problem === undefined && (await isAnchored(store, head)))
        problems.push(`${file} holds no checkpoint, and the database says that it should`);
    }
  }
  const known = new Set(heads.map(({ tenant }) => String(tenant)));
  for (const { file, last } of files) {
    for (const tenant of last.keys()) {
      if (!known.has(tenant)) problems.push(`${file} holds a checkpoint of ${tenant}, whose events are gone`);
    }
  }
  return {
    tenants: heads.length,
    events: heads.reduce((sum, { seq, prunedTo }) => sum + seq - prunedTo, 0),
    anchors: files.filter(({ last }) => last.size > 0).length,
    problems,
  };
}

async function isAnchored(store: Store, { tenant }: AuditHead): Promise<boolean> {
  const last = await store.read((tx) => tx.audit.lastCheckpoint(tenant));
  if (!last) return false;
  const waiting = await store.read((tx) => tx.audit.unanchored(mostUnanchored));
  return waiting.length < mostUnanchored && !waiting.some((one) => one.tenant === tenant);
}

/** The last events against each other and against the head. */
async function brokenEnd(store: Store, { tenant, seq, hash, prunedTo }: AuditHead): Promise<string[]> {
  if (seq === prunedTo) return [];
  const after = Math.max(prunedTo, seq - lastEvents);
  const chain = new TenantChain();
  for (const row of await store.read((tx) => tx.audit.list(tenant, after, lastEvents))) {
    const line = exportedLine(row);
    const event = parseJson(line)?.value;
    if (!isEventLine(event)) return [`${tenant}: event ${row.seq} can't be read`];
    chain.add(event, line);
  }
  if (chain.bad) return [`${tenant}: ${chain.bad.why}`];
  if (chain.last === seq && chain.head === hash) return [];
  return [`${tenant}: its events end at ${chain.last}, and its head says ${seq}`];
}

interface Word {
  readonly head: AuditHead;
  readonly word: CheckpointLine;
  readonly keys: ReadonlyMap<string, string>;
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
