// What commands print on a terminal is not obeyed by it (FT1).

import { describe, expect, it } from "vitest";
import { forTerminal } from "../../src/cli/for-terminal.ts";
import { printJson, printTable } from "../../src/cli/print.ts";

const hostile = "Sum up\u001b]52;c;cm0gLXJm\u0007\u009b2J\u202e\r\u001b[8mhidden";

function written(isTTY: boolean, write: (out: ReturnType<typeof forTerminal>) => void): string {
  const parts: string[] = [];
  write(forTerminal({ isTTY, write: (text) => parts.push(text) }));
  return parts.join("");
}

describe("cli: on a terminal", () => {
  it("FT1: nothing of what people or models wrote moves, colours, copies or hides", () => {
    const text = written(true, (out) => void out.write(`run_1 done: ${hostile}\n\ttab\n`));
    // oxlint-disable-next-line no-control-regex -- that there are none
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(text).toContain("\\u001b]52;c;");
    expect(text).toMatch(/\n\ttab\n$/);
  });

  it("FT1: JSON stays the JSON that it was", () => {
    const value = { goal: hostile, n: 1 };
    expect(JSON.parse(written(true, (out) => printJson(out, value)))).toEqual(value);
  });

  it("FT1: a file or a pipe gets it as it is", () => {
    expect(written(false, (out) => void out.write(hostile))).toBe(hostile);
  });

  it("a cell of a table stays on its line", () => {
    const rows = [
      ["run_1", "Sum up\nrun_2  done"],
      ["run_3", "Go on"],
    ];
    const text = written(false, (out) => printTable(out, rows));
    expect(text.split("\n")).toHaveLength(3);
  });
});
