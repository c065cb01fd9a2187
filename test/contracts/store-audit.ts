// SA1, SA2: the chain of events, what is kept beside it, and what signs it.

import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { NewAuditEvent } from "../../src/domain/audit-event.ts";
import { exportedLine, hashOfLine, noHash } from "../../src/domain/audit-line.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { asRunId, asTenantId, type TenantId } from "../../src/domain/ids.ts";
import type { Tx } from "../../src/store/contract.ts";
import type { StoreCase } from "./store-contract.ts";
import { aPerson, t0 } from "./store-rows.ts";

let tenants = 0;
/** A tenant of the case alone: what is in the log stays there. */
const aTenant = (): TenantId => asTenantId(`slack-A${(tenants += 1)}-${process.pid}`);

const event = (tenant: TenantId, more: Partial<NewAuditEvent> = {}): NewAuditEvent => ({
  tenant,
  type: "tool.done",
  time: t0,
  actor: "agent:deputy",
  ...more,
});

export function auditSuite(current: StoreCase): void {
  const append = (...events: NewAuditEvent[]) =>
    current.store.write(async (tx) => {
      for (const one of events) await tx.audit.append(one);
    });
  const rows = (tenant: TenantId, after = 0) =>
    current.store.read((tx) => tx.audit.list(tenant, after, 1_000));
  const head = async (tenant: TenantId) =>
    (await current.store.read((tx) => tx.audit.heads())).find((one) => one.tenant === tenant);

  it("AUD-1: exports what was appended under its published names, absent members left out", async () => {
    const tenant = aTenant();
    await append(
      event(tenant, {
        run: asRunId("run_1"),
        step: 3,
        tool: "mail__send",
        requester: aPerson("U1"),
        argumentsDigest: "a1",
        resultDigest: "b2",
        taint: ["external:evil.example"],
        data: { attempt: 1 },
      }),
    );

    const [row] = await rows(tenant);
    if (!row) throw new Error("Nothing was appended.");
    const exported: unknown = JSON.parse(exportedLine(row));
    expect(exported).toEqual({
      kind: "event",
      v: 1,
      tenant,
      seq: 1,
      time: new Date(t0).toISOString(),
      type: "tool.done",
      actor: "agent:deputy",
      requester: aPerson("U1"),
      run: "run_1",
      step: 3,
      tool: "mail__send",
      arguments_digest: "a1",
      result_digest: "b2",
      taint: ["external:evil.example"],
      data: { attempt: 1 },
      prev_hash: noHash,
      hash: row.hash,
    });
    const { hash, ...rest } = exported as Record<string, unknown>; // oxlint-disable-line typescript/no-unsafe-type-assertion -- just compared
    const again = createHash("sha256")
      .update(`deputy-audit-v1\n${canonicalJson(rest)}`)
      .digest("hex");
    expect(hash).toBe(again);
  });

  it("SA1, AUD-1: numbers and chains events of concurrent transactions without a gap, per tenant", async () => {
    const [one, other] = [aTenant(), aTenant()];
    await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        append(
          event(one, { data: { i } }),
          ...(i % 2 ? [event(other, { data: { i } })] : []),
          event(one, { data: { i, second: true } }),
        ),
      ),
    );

    for (const [tenant, count] of [
      [one, 24],
      [other, 6],
    ] as const) {
      const chain = await rows(tenant);
      expect(chain.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
      let before = noHash;
      for (const { line, hash } of chain) {
        expect(line).toContain(`"prev_hash":"${before}"`);
        expect(hashOfLine(line)).toBe(hash);
        before = hash;
      }
      expect(await head(tenant)).toEqual({ tenant, seq: count, hash: before, prunedTo: 0 });
    }
  });

  it("SA1: crosses no deadlock when transactions name several tenants in different orders", async () => {
    const [one, other] = [aTenant(), aTenant()];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        i % 2 ? append(event(one), event(other)) : append(event(other), event(one)),
      ),
    );

    expect((await head(one))?.seq).toBe(20);
    expect((await head(other))?.seq).toBe(20);
  });

  it("AUD-2: takes no place for a transaction that fails, and fails one whose event can't be written", async () => {
    const tenant = aTenant();
    await append(event(tenant));
    const failing = current.store.write(async (tx) => {
      await tx.audit.append(event(tenant));
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");

    const unwritable = current.store.write(async (tx) => {
      await tx.locks.acquire("act", tenant, t0, t0 + 1);
      await tx.audit.append(event(tenant, { time: Number.NaN }));
    });
    await expect(unwritable).rejects.toThrow(/time/);
    expect(await current.store.read((tx) => tx.locks.holder("act"))).toBeUndefined();
    await append(event(tenant));
    expect((await rows(tenant)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it("SE4: refuses an event where only reading is done", async () => {
    await expect(current.store.read((tx) => tx.audit.append(event(aTenant())))).rejects.toThrow(/reading/);
  });

  it("AUD-2, SA2: refuses every change and every deletion but pruning from the oldest on", async () => {
    const tenant = aTenant();
    await append(event(tenant), event(tenant), event(tenant));
    const { bed, store } = current;

    await expect(bed.execute("update audit_events set line = line")).rejects.toThrow(/never changed/);
    await expect(bed.execute(`delete from audit_events where tenant = '${tenant}'`)).rejects.toThrow(
      /only pruned/,
    );
    expect(await store.write((tx) => tx.audit.prune(tenant, 2))).toBe(2);
    expect((await rows(tenant)).map(({ seq }) => seq)).toEqual([3]);
    expect(await head(tenant)).toMatchObject({ seq: 3, prunedTo: 2 });
    await expect(bed.execute(`delete from audit_events where tenant = '${tenant}'`)).rejects.toThrow(
      /only pruned/,
    );
  });

  it("finds the events of a run, and the last one before a time", async () => {
    const tenant = aTenant();
    const run = asRunId(`run_of_${tenant}`);
    await append(
      event(tenant, { run }),
      event(tenant, { time: t0 + 5 }),
      event(tenant, { run, time: t0 + 9 }),
    );

    expect((await current.store.read((tx) => tx.audit.ofRun(run))).map(({ seq }) => seq)).toEqual([1, 3]);
    expect(await current.store.read((tx) => tx.audit.lastBefore(tenant, t0 + 9))).toBe(2);
    expect(await current.store.read((tx) => tx.audit.lastBefore(tenant, t0))).toBeUndefined();
  });

  it("SA2: finds up to where all are old, whatever a wrong clock has dated", async () => {
    const tenant = aTenant();
    const oldUpTo = (before: number) =>
      current.store.read((tx) => tx.audit.oldUpTo(tenant, before, t0 + 100));
    expect(await oldUpTo(t0 + 9)).toBeUndefined();
    const times = [t0, t0 + 999, t0 + 1, t0 + 999, t0 + 20, t0 + 2];
    await append(...times.map((time) => event(tenant, { time })));

    expect(await oldUpTo(t0), "none is old").toBeUndefined();
    expect(await oldUpTo(t0 + 1)).toBe(1);
    expect(await oldUpTo(t0 + 9), "what stands behind a young one stays").toBe(3);
    expect(await oldUpTo(t0 + 21), "all of them").toBe(6);
  });

  it("AUD-3: erases payloads by run or by person and keeps that they were there", async () => {
    const tenant = aTenant();
    const [a, b] = [asRunId(`a_${tenant}`), asRunId(`b_${tenant}`)];
    const person = aPerson(`${tenant}-1`);
    const payload = { tenant, step: 1, digest: "d", sealed: "sealed", person };
    await current.store.write(async (tx) => {
      await tx.audit.keep({ ...payload, run: a, part: "arguments" }, t0);
      await tx.audit.keep({ ...payload, run: a, part: "arguments", digest: "other" }, t0); // once
      await tx.audit.keep({ ...payload, run: a, part: "result" }, t0);
      await tx.audit.keep({ ...payload, run: b, part: "result" }, t0 + 1);
    });
    const kept = (run: typeof a) => current.store.read((tx) => tx.audit.payload(run, 1, "result"));

    expect(await current.store.write((tx) => tx.audit.erase({ run: a }))).toEqual(new Map([[tenant, 2]]));
    expect(await kept(a)).not.toHaveProperty("sealed");
    expect(await kept(a)).toMatchObject({ digest: "d" });
    expect(await kept(b)).toMatchObject({ digest: "d", sealed: "sealed" });
    expect(await current.store.write((tx) => tx.audit.erase({ person }))).toEqual(new Map([[tenant, 1]]));
    expect(await kept(b)).not.toHaveProperty("sealed");
    expect(await current.store.write((tx) => tx.audit.prunePayloads(t0 + 1))).toBeGreaterThanOrEqual(2);
    expect(await kept(a)).toBeUndefined();
  });

  it("AUD-4: keeps checkpoints until they are anchored, each place once", async () => {
    const tenant = aTenant();
    const checkpoint = { tenant, seq: 2, head: "h", at: t0, key: "k", signature: "s" };
    await current.store.write(async (tx) => {
      await tx.audit.addCheckpoint(checkpoint);
      await tx.audit.addCheckpoint({ ...checkpoint, signature: "again" });
      await tx.audit.addCheckpoint({ ...checkpoint, seq: 4 });
    });
    const own = async (ask: (tx: Tx) => Promise<{ tenant: TenantId; seq: number }[]>) =>
      (await current.store.read(ask)).filter((one) => one.tenant === tenant).map(({ seq }) => seq);

    expect(await own((tx) => tx.audit.unanchored(1_000))).toEqual([2, 4]);
    await current.store.write((tx) => tx.audit.anchored(checkpoint));
    expect(await own((tx) => tx.audit.unanchored(1_000))).toEqual([4]);
    expect(await own((tx) => tx.audit.checkpoints(tenant))).toEqual([2, 4]);
    expect(await current.store.read((tx) => tx.audit.lastCheckpoint(tenant))).toEqual({
      ...checkpoint,
      seq: 4,
    });
  });

  it("AUD-4: replaces the signing key once, and destroys the private half of the one before", async () => {
    const key = (id: string, signedBy?: string) => ({
      id,
      publicKey: `pub-${id}`,
      sealed: `sealed-${id}`,
      madeAt: t0 + Number(id),
      ...(signedBy ? { signedBy, signature: "s" } : {}),
    });
    await current.bed.execute("delete from audit_keys");
    const add = (...of: Parameters<typeof key>) => current.store.write((tx) => tx.audit.addKey(key(...of)));

    const first = await Promise.all([add("1"), add("2")]);
    expect(first.filter(Boolean)).toHaveLength(1);
    const [made] = await current.store.read((tx) => tx.audit.keys());
    expect(await add("3")).toBe(false);
    expect(await add("4", made?.id)).toBe(true);
    const keys = await current.store.read((tx) => tx.audit.keys());
    expect(keys.map(({ id, sealed }) => [id, sealed])).toEqual([
      [made?.id, undefined],
      ["4", "sealed-4"],
    ]);
  });

  it("VLT-3: keeps the first mark of a key, and another only in its place", async () => {
    const claim = (value: string) => current.store.write((tx) => tx.lastKnown.claim("m", value));
    await current.bed.execute("delete from vault_marks");

    expect(await claim("one")).toBe("one");
    expect(await claim("two")).toBe("one");
    expect(await current.store.write((tx) => tx.lastKnown.replace("m", "two", "three"))).toBe(false);
    expect(await current.store.write((tx) => tx.lastKnown.replace("m", "one", "two"))).toBe(true);
    expect(await current.store.read((tx) => tx.lastKnown.find("m"))).toBe("two");
  });
}
