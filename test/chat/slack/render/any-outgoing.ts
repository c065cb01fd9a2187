// Any message whatever, within its type and far beyond what the rest of the house makes, for properties of rendering.

import fc from "fast-check";
import { actionIds } from "../../../../src/domain/actions.ts";
import { asPersonKey } from "../../../../src/domain/ids.ts";
import { type Button, cardStates, type Outgoing } from "../../../../src/domain/outbox.ts";
import { planStepStates } from "../../../../src/domain/plan.ts";

const pieces = fc.constantFrom(
  "<&>",
  "👩‍💻",
  "é",
  "\ud800",
  "`",
  "](https://evil.example)",
  "\u0000",
  "z\u0301",
  " ",
  "2026-11-23 09:00 UTC ",
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ unit: "binary", minLength: 100, maxLength: 400 }),
  fc
    .tuple(pieces, fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(700)))
    .map(([piece, times]) => piece.repeat(times)),
  fc.constantFrom("", " ", "\n", "\u200b", "\u2060", "[]", "---"),
);
const key = fc
  .constantFrom("slack:T0001:U0001", "local:local:ana", "slack:E1:W1", "slack:T0001:<!here>")
  .map(asPersonKey);
const action = fc.constantFrom(...actionIds);

const buttonOf = (actions: fc.Arbitrary<Button["action"]>): fc.Arbitrary<Button> =>
  fc.record(
    {
      action: actions,
      value: fc.oneof(fc.string({ maxLength: 100 }), fc.string({ minLength: 1_000, maxLength: 5_000 })),
      label: text,
      style: fc.constantFrom("primary", "danger", "plain"),
      confirm: text,
    },
    { requiredKeys: ["action", "value", "label", "style"] },
  );
const button = buttonOf(action);
const buttons = fc.array(button, { maxLength: 30 });
const options = fc.oneof(
  buttons,
  fc
    .integer({ min: 0, max: 150 })
    .chain((count) =>
      text.map((label) =>
        Array.from(
          { length: count },
          (_, n): Button => ({ action: "question.answer", value: `wait_1.${n}`, label, style: "plain" }),
        ),
      ),
    ),
);
const file = fc.record({ name: text, sha256: fc.constant("0"), sizeBytes: fc.nat() });
const number = fc.double({ noNaN: true, min: 0, max: 1e9 });

const card = fc.record(
  {
    kind: fc.constant("card" as const),
    run: text,
    title: text,
    state: fc.constantFrom(...cardStates),
    agent: text,
    mode: fc.constantFrom("employee" as const, "assistant" as const),
    askedBy: text,
    line: text,
    steps: fc.array(fc.record({ text, state: fc.constantFrom(...planStepStates) }), { maxLength: 20 }),
    noted: fc.array(text, { maxLength: 12 }),
    startedAt: fc.integer({ min: 0, max: 4e12 }),
    spentUsd: number,
    capUsd: number,
    buttons,
  },
  {
    requiredKeys: [
      "kind",
      "run",
      "title",
      "state",
      "agent",
      "mode",
      "askedBy",
      "steps",
      "noted",
      "startedAt",
      "buttons",
    ],
  },
);

const attention = fc.record(
  {
    kind: fc.constant("attention" as const),
    about: fc.constantFrom("question", "budget", "doubt", "approval", "grant"),
    title: text,
    text,
    footer: text,
    mention: key,
    mentionName: text,
    options,
    freeText: button,
    decided: text,
  },
  { requiredKeys: ["kind", "about", "title", "text", "mention", "mentionName", "options"] },
);

const result = fc.record(
  {
    kind: fc.constant("result" as const),
    outcome: fc.constantFrom("done", "failed", "stopped", "expired"),
    title: text,
    text,
    mention: key,
    mentionName: text,
    files: fc.array(file, { maxLength: 3 }),
    footer: text,
    buttons: fc.array(buttonOf(fc.constantFrom("feedback.up", "feedback.down", "run.retry")), {
      maxLength: 6,
    }),
  },
  { requiredKeys: ["kind", "outcome", "title", "text", "mentionName", "files", "footer", "buttons"] },
);

const notice = fc.record({
  kind: fc.constant("notice" as const),
  text,
  files: fc.array(file, { maxLength: 3 }),
});

export const anyText = text;
export const anyButtons = buttons;
export const anyOutgoing: fc.Arbitrary<Outgoing> = fc.oneof(card, attention, result, notice);
