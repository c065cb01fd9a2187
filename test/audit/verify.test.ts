// Whatever is done to an export is named, at the event it was done to (AUD-5, VE1 to VE3).

import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newKeyPair, signer, signLine } from "../../src/audit/signatures.ts";
import { rotateSigningKey } from "../../src/audit/signing-key.ts";
import { asTenantId } from "../../src/domain/ids.ts";
import {
  type AuditWorld,
  acme,
  changed,
  parsed,
  rechained,
  startAuditWorld,
  verdictOn,
} from "./audit-world.ts";

const other = asTenantId("teams-t1");

describe("audit/verify", () => {
  let world: AuditWorld;
  /** Events 1 to 31, signed at 10, 20 and 31. */
  let lines: string[];
  let anchor: string[];
  beforeAll(async () => {
    world = await startAuditWorld();
    for (let i = 0; i < 3; i += 1) {
      await world.append(10);
      world.deps.now += 60_000;
      if (i < 2) await world.checkpoint();
    }
    lines = await world.exported({ tenant: acme });
    await world.checkpoint();
    anchor = (await readFile(world.anchor, "utf8")).trim().split("\n");
  });
  afterAll(() => world.end());

  const at = (seq: number) => lines.findIndex((line) => parsed(line)["seq"] === seq);
  const without = (...seqs: number[]) => {
    const places = new Set(seqs.map(at));
    return lines.filter((_line, place) => !places.has(place));
  };
  const with_ = (seq: number, line: string) => lines.map((one, place) => (place === at(seq) ? line : one));
  const edit = (line: Record<string, unknown>) => void (line["tool"] = "mail__send");
  const lineAt = (seq: number) => lines[at(seq)] ?? "";
  const ofKind = (kind: string) => lines.filter((line) => parsed(line)["kind"] === kind);

  it("finds nothing wrong with what nobody touched", async () => {
    expect(await verdictOn(lines, { anchor })).toEqual({
      result: "ok",
      events: 31,
      head: parsed(lineAt(31))["hash"],
      tenants: [
        {
          tenant: acme,
          events: 31,
          from: 1,
          to: 31,
          head: parsed(lineAt(31))["hash"],
          signedTo: 31,
          erased: 0,
        },
      ],
    });
    expect(ofKind("checkpoint").map((line) => parsed(line)["seq"])).toEqual([10, 20, 31]);
    expect(anchor.map((line) => parsed(line)["seq"])).toEqual([10, 20, 31]);
  });

  const forged = () => changed(lineAt(15), edit, true);
  const attacks: readonly [
    what: string,
    how: () => string[],
    result: string,
    firstBad: number | undefined,
  ][] = [
    ["flip: a value is changed", () => with_(7, changed(lineAt(7), edit)), "altered", 7],
    ["flip: a value of the first", () => with_(1, changed(lineAt(1), edit)), "altered", 1],
    [
      "flip: a hash",
      () =>
        with_(
          7,
          changed(lineAt(7), (l) => void (l["hash"] = "0".repeat(64))),
        ),
      "altered",
      7,
    ],
    [
      "flip: a number",
      () =>
        with_(
          7,
          changed(lineAt(7), (l) => void (l["seq"] = 700)),
        ),
      "altered",
      7,
    ],
    [
      "flip: the number of the last",
      () =>
        with_(
          31,
          changed(lineAt(31), (l) => void (l["seq"] = 40)),
        ),
      "altered",
      31,
    ],
    [
      "flip: a tenant",
      () =>
        with_(
          7,
          changed(lineAt(7), (l) => void (l["tenant"] = "x")),
        ),
      "altered",
      7,
    ],
    ["flip: with its hash made anew", () => with_(15, forged()), "altered", 16],
    [
      "flip: the last, with its hash made anew",
      () => with_(31, changed(lineAt(31), edit, true)),
      "altered",
      31,
    ],
    [
      "re-chain: all hashes after it made anew",
      () => rechained(with_(15, forged()), acme, 15),
      "altered",
      20,
    ],
    ["drop: one event", () => without(12), "gap", 12],
    ["drop: several", () => without(12, 13, 25), "gap", 12],
    ["drop: the first", () => without(1), "gap", 1],
    ["truncate: the last, its signature left", () => without(31), "gap", 31],
    ["truncate: the end with all that follows", () => lines.slice(0, 25), "gap", 26],
    [
      "truncate: the end with its signature",
      () => without(31).filter((l) => l !== ofKind("checkpoint")[2]),
      "gap",
      31,
    ],
    [
      "reorder: two events",
      () => lines.map((line, i) => (i === at(8) ? lineAt(9) : i === at(9) ? lineAt(8) : line)),
      "altered",
      8,
    ],
    ["reorder: one is moved to the end", () => [...without(5), lineAt(5)], "altered", 5],
    ["insert: an event again", () => [...lines.slice(0, 20), lineAt(3), ...lines.slice(20)], "altered", 3],
    [
      "insert: one that fits",
      () => lines.flatMap((l, i) => (i === at(15) ? [forged(), l] : [l])),
      "altered",
      15,
    ],
    [
      "insert: one after the end",
      () => [
        ...lines,
        changed(lineAt(31), (l) => void Object.assign(l, { seq: 32, prev_hash: l["hash"] }), true),
      ],
      "gap",
      33,
    ],
    ["no line of an export", () => [...lines, '{"kind":"event"}'], "unreadable", undefined],
    [
      "drop: all events, their signatures left",
      () => lines.filter((l) => parsed(l)["kind"] !== "event"),
      "gap",
      1,
    ],
    ["cut to nothing", () => [""], "unreadable", undefined],
    ["cut in a line", () => [...lines.slice(0, 5), lineAt(6).slice(0, 90)], "unreadable", undefined],
  ];
  it.each(attacks)("I12 AUD-5: names the place: %s", async (_what, how, result, firstBad) => {
    expect(await verdictOn(how())).toMatchObject(firstBad === undefined ? { result } : { result, firstBad });
  });

  const signAgain = (of: readonly string[], pair = newKeyPair(), replaceKey = true) => {
    const key = signer(pair);
    const events = of.map(parsed).filter((value) => value["kind"] === "event");
    const heads = new Map(events.map((value) => [value["seq"], value["hash"]]));
    return of.map((line) => {
      const { signature: _old, ...value } = parsed(line);
      if (value["kind"] === "checkpoint") {
        const fresh = { ...value, key: pair.id, head: heads.get(value["seq"]) };
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a checkpoint with another key
        return JSON.stringify({ ...fresh, signature: signLine(fresh as never, key) });
      }
      if (value["kind"] !== "key" || !replaceKey) return line;
      return JSON.stringify({ kind: "key", id: pair.id, public_key: pair.publicKey });
    });
  };
  const rewritten = () => rechained(with_(15, forged()), acme, 15);

  it("AUD-4: re-sign: knows no key that the export's own does not vouch for", async () => {
    expect(await verdictOn(signAgain(lines, newKeyPair(), false))).toMatchObject({ result: "signature" });
    const noise = changed(
      ofKind("checkpoint")[1] ?? "",
      (l) => void (l["time"] = "2026-01-01T00:00:00.000Z"),
    );
    const bent = lines.map((line) => (line === ofKind("checkpoint")[1] ? noise : line));
    expect(await verdictOn(bent)).toMatchObject({ result: "signature", firstBad: 20 });
  });

  it("AUD-4: swap keys: a history made anew and signed by another key shows against the anchor or a kept key", async () => {
    const swapped = signAgain(rewritten());

    expect(await verdictOn(swapped)).toMatchObject({ result: "ok" }); // which is what the anchor is for
    expect(await verdictOn(swapped, { anchor })).toMatchObject({ result: "signature" });
    const kept = String(parsed(ofKind("key")[0] ?? "")["public_key"]);
    expect(await verdictOn(swapped, { keys: [kept] })).toMatchObject({ result: "signature" });
    expect(await verdictOn(lines, { keys: [kept], anchor })).toMatchObject({ result: "ok" });
    const alongside = [...swapped, ...ofKind("key")];
    expect(await verdictOn(alongside)).toMatchObject({ result: "signature" });
    expect(await verdictOn(alongside, { keys: [kept] })).toMatchObject({ result: "signature" });
  });

  it("I12 AUD-4: shows a cut end and a rewritten past against the anchor, though the export is whole in itself", async () => {
    const early = lines.filter((line) => {
      const { kind, seq } = parsed(line);
      return kind === "key" || Number(seq) <= 20;
    });

    expect(await verdictOn(early)).toMatchObject({ result: "ok", events: 20 });
    expect(await verdictOn(early, { anchor })).toMatchObject({ result: "gap", firstBad: 21 });
    expect(await verdictOn(early, { anchor, partial: true })).toMatchObject({ result: "ok" });
    const bent = anchor.map((line, i) =>
      i === 1 ? changed(line, (l) => void (l["head"] = "f".repeat(64))) : line,
    );
    expect(await verdictOn(lines, { anchor: bent })).toMatchObject({ result: "signature", firstBad: 20 });
    expect(await verdictOn(lines, { anchor: ["no line"] })).toMatchObject({ result: "unreadable" });
  });

  it("VE2: verifies a stretch by what was signed before it, and misses what stands for the rest", async () => {
    const stretch = await world.exported({ tenant: acme, from: { seq: 12 }, to: { seq: 17 } });
    const events = stretch.filter((line) => parsed(line)["kind"] === "event");

    expect(events.map((line) => parsed(line)["seq"])).toEqual([12, 13, 14, 15, 16, 17]);
    expect(await verdictOn(stretch)).toMatchObject({
      result: "ok",
      tenants: [{ from: 12, to: 17, signedTo: 17 }],
    });
    expect(await verdictOn(stretch, { anchor, partial: true })).toMatchObject({ result: "ok" });
    const unfounded = stretch.filter((line) => parsed(line)["seq"] !== 11);
    expect(await verdictOn(unfounded)).toMatchObject({ result: "gap", firstBad: 1 });
    expect(await verdictOn(stretch.filter((line) => parsed(line)["seq"] !== 12))).toMatchObject({
      result: "gap",
    });
  });

  it("takes times as bounds", async () => {
    const stretch = await world.exported({
      from: { at: world.deps.now - 60_000 },
      to: { at: world.deps.now - 1 },
    });

    expect(await verdictOn(stretch)).toMatchObject({
      result: "ok",
      events: 10,
      tenants: [{ from: 21, to: 30 }],
    });
  });

  it("AUD-4: believes a key that the one before it has signed, and no other", async () => {
    const fresh = await startAuditWorld();
    await fresh.append(3);
    await fresh.checkpoint();
    const rotated = await rotateSigningKey(fresh.deps, { tenant: acme, actor: "cli:test" });
    await fresh.append(3);
    const both = await fresh.exported();
    const old = String(
      parsed(both.find((line) => parsed(line)["id"] === rotated.replaced) ?? "")["public_key"],
    );

    expect(await verdictOn(both)).toMatchObject({ result: "ok", events: 8 });
    expect(await verdictOn(both, { keys: [old] })).toMatchObject({ result: "ok" });
    const orphan = both.map((line) =>
      parsed(line)["signed_by"] === undefined ? line : changed(line, (l) => void (l["signature"] = "AAAA")),
    );
    expect(await verdictOn(orphan)).toMatchObject({ result: "signature" });
    await fresh.end();
  });

  it("AUD-5: judges every tenant by itself, and exports one alone", async () => {
    const many = await startAuditWorld();
    await many.append(5);
    await many.append(4, { tenant: other });
    const all = await many.exported();

    expect(await verdictOn(all)).toMatchObject({
      result: "ok",
      tenants: [
        { tenant: acme, events: 6 },
        { tenant: other, events: 5 },
      ],
    });
    const one = await many.exported({ tenant: other });
    expect(one.filter((line) => line.includes(acme))).toEqual([]);
    const bent = all.map((line) =>
      parsed(line)["tenant"] === other && parsed(line)["seq"] === 3 ? changed(line, edit) : line,
    );
    const verdict = await verdictOn(bent);
    expect(verdict).toMatchObject({ result: "altered", firstBad: 3 });
    expect(verdict.tenants.map(({ bad }) => bad?.seq)).toEqual([undefined, 3]);

    await many.checkpoint();
    const held = (await readFile(many.anchor, "utf8")).trim().split("\n");
    const gone = all.filter((line) => parsed(line)["tenant"] !== other);
    expect(await verdictOn(all, { anchor: held, partial: true })).toMatchObject({ result: "ok" });
    // Of one tenant alone, so the others are no concern of it; without any, or of several, they are.
    expect(await verdictOn(gone, { anchor: held, partial: true })).toMatchObject({ result: "ok" });
    const none = all.filter((line) => parsed(line)["kind"] === "key");
    expect(await verdictOn(none, { anchor: held })).toMatchObject({ result: "gap", firstBad: 1, events: 0 });
    await many.end();
  });

  it("AUD-5 VE3: misses a tenant that was left out of an export of all", async () => {
    const many = await startAuditWorld();
    const third = asTenantId("slack-T3");
    for (const tenant of [acme, other, third]) await many.append(2, { tenant });
    const all = await many.exported();
    await many.checkpoint();
    const held = (await readFile(many.anchor, "utf8")).trim().split("\n");
    const gone = all.filter((line) => parsed(line)["tenant"] !== other);

    expect(await verdictOn(gone)).toMatchObject({ result: "ok" });
    expect(await verdictOn(gone, { anchor: held })).toMatchObject({ result: "gap", firstBad: 1 });
    await many.end();
  });
});
