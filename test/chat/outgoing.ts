// Messages of the agent for tests: factories that fill in what a case does not care about.

import { asPersonKey } from "../../src/domain/ids.ts";
import type { Attention, Button, Notice, ResultMessage, RunCard } from "../../src/domain/outbox.ts";

export function aButton(button: Partial<Button> = {}): Button {
  return { action: "question.answer", value: "wait_1.0", label: "Europe", style: "plain", ...button };
}

export function aCard(card: Partial<RunCard> = {}): RunCard {
  return {
    kind: "card",
    run: "run_1",
    title: "Compare three vendors",
    state: "Working",
    agent: "deputy",
    mode: "employee",
    askedBy: "Ana",
    steps: [
      { text: "Collect the price pages", state: "done" },
      { text: "Read the contracts", state: "doing" },
      { text: "Draft the comparison", state: "todo" },
    ],
    noted: [],
    startedAt: Date.parse("2026-11-23T09:00:00Z"),
    buttons: [aButton({ action: "run.stop", value: "run_1", label: "Stop", style: "danger" })],
    ...card,
  };
}

export function anAttention(attention: Partial<Attention> = {}): Attention {
  return {
    kind: "attention",
    about: "question",
    title: "Which region should the report cover?",
    text: "The file has sales for two regions.",
    mention: asPersonKey("local:local:ana"),
    mentionName: "Ana",
    options: [aButton(), aButton({ value: "wait_1.1", label: "World" })],
    ...attention,
  };
}

export function aResult(result: Partial<ResultMessage> = {}): ResultMessage {
  return {
    kind: "result",
    outcome: "done",
    title: "Vendor B is the cheapest",
    text: "Vendor B costs **12 %** less than A.",
    mentionName: "Ana",
    files: [],
    footer: "Asked by Ana, took 4 min",
    buttons: [],
    ...result,
  };
}

export function aNotice(text = "Noted.", notice: Partial<Notice> = {}): Notice {
  return { kind: "notice", text, files: [], ...notice };
}
