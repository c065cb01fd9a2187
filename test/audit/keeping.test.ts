// What is signed, anchored, kept beside the chain, erased and pruned.

import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCheckpoints } from "../../src/audit/checkpoints.ts";
import { erasePayloads, openPayload, payloadDigest, sealPayload } from "../../src/audit/payloads.ts";
import { pruneAudit } from "../../src/audit/prune.ts";
import { resealSigningKey } from "../../src/audit/signing-key.ts";
import { Secret } from "../../src/base/secret.ts";
import { asPersonKey, asRunId } from "../../src/domain/ids.ts";
import type { Store } from "../../src/store/contract.ts";
import { sealOf } from "../../src/vault/master-keys.ts";
import { type AuditWorld, acme, parsed, startAuditWorld, verdictOn } from "./audit-world.ts";

describe("audit", () => {
  let world: AuditWorld;
  beforeEach(async () => {
    world = await startAuditWorld();
  });
  afterEach(() => world.end());
  const anchored = async () =>
    (await readFile(world.anchor, "utf8"))
      .trim()
      .split("\n")
      .map((line) => parsed(line)["seq"]);

  it("CP1, AUD-4: signs the head when it is new and a minute old, or 1,000 events on, and anchors it", async () => {
    await world.append(2);
    await world.checkpoint();
    await world.append(1);
    await world.checkpoint();
    expect(await anchored()).toEqual([2]);

    world.deps.now += 60_000;
    await world.checkpoint();
    await world.checkpoint();
    expect(await anchored()).toEqual([2, 3]);

    await world.append(999);
    await world.checkpoint();
    expect(await anchored()).toEqual([2, 3]);
    await world.append(1);
    await world.checkpoint();
    expect(await anchored()).toEqual([2, 3, 1003]);
  });

  it("CP2: writes to every anchor, and again where one could not be written", async () => {
    await world.append(1);
    const second = path.join(path.dirname(world.anchor), "folder");
    await mkdir(second, { recursive: true });
    const both = createCheckpoints({ ...world.deps, everyMs: 1, anchors: [world.anchor, second] });

    await expect(both()).rejects.toThrow(/EISDIR/);
    await appendFile(world.anchor, '{"cut');
    await world.checkpoint();
    const lines = (await readFile(world.anchor, "utf8")).split("\n");
    expect(lines.map((line) => line.slice(0, 5))).toEqual(['{"kin', '{"cut', '{"kin', ""]);
  });

  const place = { tenant: acme, run: asRunId("run_1"), step: 3, person: asPersonKey("slack:T0001:U1") };
  const keep = (part: "arguments" | "result", payload: unknown) =>
    world.deps.store.write((tx) =>
      tx.audit.keep(sealPayload(world.deps.seal, { ...place, part }, payload), world.deps.now),
    );
  const open = (part: "arguments" | "result") => openPayload(world.deps, { ...place, part });

  it("AUD-3, PY1: keeps payloads sealed under their digest, each in its own place", async () => {
    await keep("arguments", { to: "bob@corp.example", body: "topsecret" });
    await keep("result", "sent");

    const digest = payloadDigest({ body: "topsecret", to: "bob@corp.example" });
    expect(await open("arguments")).toEqual({
      state: "kept",
      digest,
      payload: { to: "bob@corp.example", body: "topsecret" },
      altered: false,
    });
    const row = await world.deps.store.read((tx) => tx.audit.payload(place.run, 3, "arguments"));
    expect(JSON.stringify(row)).not.toContain("topsecret");
    expect(row?.digest).toBe(digest);
    expect(() => world.deps.seal.open(row?.sealed ?? "", "audit_payloads/run_2/3/arguments")).toThrow(
      /moved/,
    );
  });

  it("AUD-3, PY1: says of a payload that it is not the one of its digest", async () => {
    const sealed = sealPayload(world.deps.seal, { ...place, part: "result" }, "sent");
    const digest = payloadDigest("not sent");
    await world.deps.store.write((tx) => tx.audit.keep({ ...sealed, digest }, world.deps.now));

    expect(await open("result")).toEqual({ state: "kept", digest, payload: "sent", altered: true });
  });

  it("AUD-3, PY2: erases payloads by run or person; the chain stays valid and says so", async () => {
    await keep("arguments", { to: "bob@corp.example" });
    await keep("result", "sent");
    await world.append(2, { run: place.run });

    const by = { actor: "cli:test", time: world.deps.now };
    expect(await erasePayloads(world.deps.store, { run: asRunId("run_other") }, by)).toBe(0);
    expect(await erasePayloads(world.deps.store, { person: place.person }, by)).toBe(2);
    expect(await erasePayloads(world.deps.store, { run: place.run }, by)).toBe(0);
    expect(await open("arguments")).toMatchObject({ state: "erased" });
    expect(await openPayload(world.deps, { ...place, step: 9, part: "result" })).toEqual({ state: "absent" });
    const lines = await world.exported();
    expect(parsed(lines[2] ?? "")).toMatchObject({
      type: "audit.erased",
      subject: place.person,
      data: { payloads: 2 },
    });
    expect(await verdictOn(lines)).toMatchObject({ result: "ok", tenants: [{ erased: 1 }] });
  });

  it("PR1: prunes what is too old, and the rest still proves itself", async () => {
    await world.append(5);
    world.deps.now += 10_000;
    await world.append(3);

    expect(await pruneAudit(world.deps, 5_000)).toBe(5);
    expect(await pruneAudit(world.deps, 5_000)).toBe(0);
    const lines = await world.exported();
    expect(await verdictOn(lines)).toMatchObject({ result: "ok", events: 5, tenants: [{ from: 6, to: 10 }] });
    expect(parsed(lines[3] ?? "")).toMatchObject({ type: "audit.erased", data: { events_to: 5 } });
  });

  it("PR2: payloads go with the events that name them", async () => {
    await keep("arguments", { to: "bob@corp.example" });
    await world.append(1, { run: place.run });
    expect(await pruneAudit(world.deps, 5_000)).toBe(0);
    expect(await open("arguments")).toMatchObject({ state: "kept" });
    world.deps.now += 10_000;
    await keep("result", "sent");

    expect(await pruneAudit(world.deps, 5_000)).toBe(1);
    expect(await open("arguments")).toEqual({ state: "absent" });
    expect(await open("result")).toMatchObject({ state: "kept" });
  });

  it("PR2: payloads go with the next pass where one was broken off, wherever that was", async () => {
    await keep("arguments", { to: "bob@corp.example" });
    await world.append(1, { run: place.run });
    world.deps.now += 10_000;
    const { store } = world.deps;
    const fullAfter = (writes: number): Store => {
      let left = writes;
      return {
        ...store,
        write: (act) => ((left -= 1) < 0 ? Promise.reject(new Error("full")) : store.write(act)),
      };
    };
    for (const writes of [0, 1, 2])
      await expect(pruneAudit({ ...world.deps, store: fullAfter(writes) }, 5_000)).rejects.toThrow("full");

    expect(await pruneAudit(world.deps, 5_000)).toBe(1);
    expect(await open("arguments")).toEqual({ state: "absent" });
  });

  it("VLT-4: seals the signing key anew when the master key changes", async () => {
    await world.append(1);
    await world.checkpoint();
    const previous = new Secret(Buffer.alloc(32, 3).toString("base64"));
    const current = new Secret(Buffer.alloc(32, 4).toString("base64"));

    expect(await resealSigningKey({ ...world.deps, seal: sealOf({ current, previous }, "audit") })).toBe(
      true,
    );
    await expect(world.exported()).rejects.toThrow(/sealed with another/);
    const only = { ...world.deps, seal: sealOf({ current }, "audit") };
    expect(await resealSigningKey(only)).toBe(true);
  });

  it("EX2, AUD-6: reading the log is an event in it", async () => {
    await world.append(1);

    const lines = await world.exported();
    expect(parsed(lines[1] ?? "")).toMatchObject({
      type: "audit.verified",
      actor: "cli:test",
      data: { act: "export" },
    });
  });
});
