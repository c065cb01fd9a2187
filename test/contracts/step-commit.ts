// A step that is ready to be committed in the quick way.

import type { NewAuditEvent } from "../../src/domain/audit-event.ts";
import { hashOfLine, noHash } from "../../src/domain/audit-line.ts";
import { asTenantId, type TenantId } from "../../src/domain/ids.ts";
import type { AuditPayload } from "../../src/store/contract-audit.ts";
import type { StepCommit, Store } from "../../src/store/contract.ts";
import { aPerson, aWorkingRun, spent, t0 } from "./store-rows.ts";

let runs = 0;

/** A working run with step 0 started, and the commit of its result with the intents of steps 1 and 2. */
export async function aStepCommit(store: Store, more: Partial<StepCommit> = {}): Promise<StepCommit> {
  runs += 1;
  const { lease } = await aWorkingRun(store, `step-${runs}`);
  await store.write(async (tx) => {
    await tx.runs.advance(lease, 0, 1, spent(1));
    await tx.steps.start(lease, { n: 0, kind: "model" }, t0);
  });
  return {
    lease,
    cursor: 1,
    spent: spent(2),
    hears: true,
    results: [{ n: 0, state: "done", result: '{"text":"both \\"read\\""}' }],
    intents: [
      { n: 1, kind: "tool", tool: "read_file", callId: "c1", arguments: '{"path":"a"}', identity: "agent" },
      { n: 2, kind: "tool", tool: "read_file", callId: "c2", arguments: '{"path":"b"}' },
    ],
    events: [],
    payloads: [],
    now: t0 + 5,
    ...more,
  };
}

let tenants = 0;

/** Of the case alone: what is in the log stays there. */
export function aTenant(): TenantId {
  tenants += 1;
  return asTenantId(`slack-P${tenants}-${process.pid}`);
}

/** Two events of the step, and a payload. */
export function onRecord(
  tenant: TenantId,
  { lease }: Pick<StepCommit, "lease">,
): { readonly events: readonly NewAuditEvent[]; readonly payloads: readonly AuditPayload[] } {
  const { run } = lease;
  const event = { tenant, time: t0, actor: "agent:deputy", run, step: 0 };
  return {
    events: [
      {
        ...event,
        type: "tool.done",
        tool: "look",
        resultDigest: "r",
        data: { quoted: 'a "b" \\ ü\u2028\n€' },
      },
      { ...event, type: "tool.started", tool: "mail__send", rules: ["default", "ask, {then} act"] },
    ],
    payloads: [
      { tenant, run, step: 0, part: "result", digest: "r", person: aPerson("U1"), sealed: "sealed, {too}" },
    ],
  };
}

/** What is in the chain as `type run`, after it was found to be one. */
export async function chainOf(store: Store, tenant: TenantId): Promise<string[]> {
  const rows = await store.read((tx) => tx.audit.list(tenant, 0, 1_000));
  let before = noHash;
  for (const [place, { seq, line, hash }] of rows.entries()) {
    if (seq !== place + 1) throw new Error(`event ${seq} is where ${place + 1} belongs`);
    if (!line.includes(`"prev_hash":"${before}"`)) throw new Error(`event ${seq} follows another`);
    if (hashOfLine(line) !== hash) throw new Error(`event ${seq} is not what its hash says`);
    before = hash;
  }
  const heads = await store.read((tx) => tx.audit.heads());
  const head = heads.find((one) => one.tenant === tenant);
  if (rows.length > 0 && (head?.seq !== rows.length || head.hash !== before))
    throw new Error("the head is another");
  return rows.map(({ type, line }) => `${type} ${String(/"run":"([^"]*)"/.exec(line)?.[1])}`);
}
