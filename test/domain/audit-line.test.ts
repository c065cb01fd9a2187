import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NewAuditEvent } from "../../src/domain/audit-event.ts";
import {
  type EventLine,
  exportedLine,
  hashOfEvent,
  hashOfLine,
  isEventLine,
  noHash,
  openLine,
  placedLine,
} from "../../src/domain/audit-line.ts";
import { canonicalJson } from "../../src/domain/canonical-json.ts";
import { asPersonKey, asRunId, asTenantId } from "../../src/domain/ids.ts";

const must = {
  tenant: asTenantId("local"),
  type: "tool.done",
  time: 1_790_000_000_000,
  actor: "system",
} as const;
const text = fc.string({ unit: "binary" });
const may = fc.record(
  {
    subject: text.map(asPersonKey),
    requester: text.map(asPersonKey),
    run: text.map(asRunId),
    step: fc.nat(),
    tool: text,
    pin: text,
    connection: text,
    decision: text,
    rules: fc.array(text),
    approval: text,
    digest: text,
    argumentsDigest: text,
    resultDigest: text,
    taint: fc.array(text),
    manifest: text,
    trace: text,
    data: fc.dictionary(text, fc.oneof(text, fc.nat(), fc.boolean(), fc.array(text))),
  },
  { requiredKeys: [] },
);
const anEvent = may.map((some): NewAuditEvent => ({ ...must, ...some }));

const read = (line: string): EventLine => {
  const value: unknown = JSON.parse(line);
  if (!isEventLine(value)) throw new Error(`not an event: ${line}`);
  return value;
};
const exported = (event: NewAuditEvent): string => exportedLine(placedLine(openLine(event), 7, noHash));
const full = exported({ ...must, run: asRunId("r"), step: 3, data: { a: "x", n: 1 }, rules: ["one", "two"] });

describe("domain/audit-line", () => {
  it("AL1, AL2, AL4: a line is canonical, whatever is absent and whatever is said", () => {
    fc.assert(
      fc.property(anEvent, fc.integer({ min: 1 }), (event, seq) => {
        const { line, hash } = placedLine(openLine(event), seq, noHash);
        expect(line).toBe(canonicalJson(JSON.parse(line)));
        expect(JSON.parse(line)).toMatchObject({ seq, prev_hash: noHash, kind: "event", v: 1 });
        expect(hash).toBe(hashOfLine(line));
      }),
    );
  });

  it("AL5: what was exported has the hash that it says", () => {
    fc.assert(
      fc.property(anEvent, (event) => {
        const line = exported(event);
        const said = read(line);
        expect(hashOfEvent(line, said)).toBe(said.hash);
        expect(hashOfEvent("not as it was hashed", said)).toBe(said.hash);
      }),
    );
  });

  const otherSpellings: readonly (readonly [string, (line: string) => string])[] = [
    ["with spaces", (line) => line.replace(',"hash"', ', "hash"')],
    ["with the hash elsewhere", (line) => JSON.stringify({ hash: read(line).hash, ...without(line) })],
    [
      "with members in another order",
      (line) => JSON.stringify({ v: 1, ...without(line), hash: read(line).hash }),
    ],
    ["with a letter escaped", (line) => line.replace("system", String.raw`\u0073ystem`)],
    ["with a number spelt otherwise", (line) => line.replace('"step":3', '"step":3.0')],
  ];
  it.each(otherSpellings)("AL5: a line that says the same %s is the same event", (_, respelt) => {
    const line = respelt(full);

    expect(line).not.toBe(full);
    expect(hashOfEvent(line, read(line))).toBe(read(full).hash);
  });

  const forgeries: readonly (readonly [string, (line: string) => string])[] = [
    ["another value", (line) => line.replace('"step":3', '"step":4')],
    ["a value inside", (line) => line.replace('"n":1', '"n":2')],
    ["a member more", (line) => line.replace(',"hash"', ',"z":1,"hash"')],
    ["a member more behind", (line) => line.replace(/\}$/, ',"z":1}')],
    ["a member less", (line) => line.replace('"step":3,', "")],
    ["a member twice, the second time otherwise", (line) => line.replace('"step":3', '"step":3,"step":4')],
    ["one of __proto__", (line) => line.replace('"actor"', '"__proto__":{"x":1},"actor"')],
  ];
  it.each(forgeries)("AL5: a line with %s is not what its hash says", (_, forge) => {
    const line = forge(full);

    expect(line).not.toBe(full);
    expect(hashOfEvent(line, read(line))).not.toBe(read(line).hash);
  });
});

function without(line: string): Record<string, unknown> {
  const { hash: _hash, ...rest } = read(line);
  return rest;
}
