import { describe, expect, it } from "vitest";
import { actText } from "../../src/approvals/card-text.ts";

const facts = { effect: "exec", files: [], warnings: [], mode: "employee", subjectName: "Ana" };

/** Of a command that is asked for: only what its line reads is of interest here. */
function cardOf(command: string): string {
  const shown: unknown = {
    tool: "run_command",
    digest: "d".repeat(64),
    arguments: JSON.stringify({ command }),
    facts,
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rest of the facts is not shown for a command
  return actText(shown as Parameters<typeof actText>[0]);
}

describe("approvals/card-text", () => {
  it.each([
    ["python3 a.py | sort", "It runs `python3`, `sort`."],
    ["rm -rf work", "It runs `rm`. It deletes or empties files."],
    ["$(cat x) y", "It runs `cat`. Which program it runs is decided while it runs."],
    ["echo 'a", "**Warning:** it can't be read as a command: a quote is not closed."],
    ["a; b; c; d; e; f; g; h; i; j", "`h` and others."],
    ["'r`m' x", "It runs `r\\u{60}m`."],
  ])("POL-7: says how %j reads", (command, line) => {
    expect(cardOf(command)).toContain(line);
  });
});
