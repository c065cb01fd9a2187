import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { createScriptedModel } from "../../../src/model/scripted/scripted-model.ts";
import { ask, openStage, type PlayOptions, type Stage } from "./play.ts";

const sales = readFileSync(new URL("../../../examples/sales-2026.csv", import.meta.url), "utf8");
const request = "Please summarise inbox/sales-2026.csv for the quarterly review";

/** The figures, worked out in another way than in the product. */
interface Row {
  readonly date: string;
  readonly region: string;
  readonly product: string;
  readonly units: number;
  readonly gross: number;
  readonly net: number;
}
const cells = sales
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));
const rows: readonly Row[] = [...new Map(cells.map((row) => [row.join("\u0000"), row])).values()]
  .filter((row) => /^\d+$/.test(row[3] ?? "") && row[4] !== "")
  .map(([date = "", region = "", product = "", units = "", price = "", discount = ""]) => ({
    date,
    region: region.replace("Asia Pacific", "Asia-Pacific"),
    product,
    units: Number(units),
    gross: Number(units) * Number(price),
    net: Number(units) * Number(price) * (1 - Number(discount || "0")),
  }));
const total = (list: readonly Row[], by: "net" | "gross" = "net"): string =>
  list
    .reduce((sum, row) => sum + row[by], 0)
    .toFixed(2)
    .replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");

const after: PlayOptions["answer"] = () => ({ answer: "After discounts", via: "button" });
const before: PlayOptions["answer"] = () => ({ answer: "Before discounts", via: "button" });

function expectFigures(summary: string, report: string): void {
  expect(summary).toContain(`Revenue after discounts is ${total(rows)}`);
  expect(report).toContain(`| Before discounts | ${total(rows, "gross")} |`);
  for (const region of ["EMEA", "North America", "Asia-Pacific", "Latin America"]) {
    expect(report).toContain(`| ${total(rows.filter((row) => row.region === region))} |`);
    expect(summary).toContain(`${region} ${total(rows.filter((row) => row.region === region))}`);
  }
  for (const product of new Set(rows.map((row) => row.product))) {
    expect(report).toContain(`| ${product} | `);
    expect(report).toContain(`| ${total(rows.filter((row) => row.product === product))} |`);
  }
  for (const [month, name] of [
    ["2026-01", "January"],
    ["2026-06", "June"],
    ["2026-10", "October"],
  ] as const) {
    const line = report.split("\n").find((text) => text.startsWith(`| ${name} 2026 |`));
    expect(line).toContain(total(rows.filter((row) => row.date.startsWith(month))));
  }
}

/** Y2: every flaw is named with its lines. */
function expectFlaws(report: string): void {
  const lines = (is: (row: readonly string[], at: number) => boolean): string =>
    cells.flatMap((row, at) => (is(row, at) ? [at + 2] : [])).join(", ");
  expect(report).toContain(`region is empty in 3 rows (lines ${lines((row) => row[1] === "")})`);
  expect(report).toContain(`units can't be read in 1 row (line ${lines((row) => row[3] === "n/a")})`);
  expect(report).toContain(
    `discount is empty in 5 rows (lines ${lines((row) => row[5] === "")}), counted as no discount.`,
  );
  expect(report).toContain("region is spelt in 2 ways: Asia-Pacific, Asia Pacific.");
  const copies = lines((row, at) => cells.findIndex((other) => other.join() === row.join()) < at);
  expect(report).toContain(`Exact copies of an earlier row: 2 rows (lines ${copies})`);
}

describe("model/scripted/recipes/summarise-csv", () => {
  let stage: Stage;
  const open = async (files: Record<string, string> = { "inbox/sales-2026.csv": sales }): Promise<Stage> => {
    stage = await openStage(files);
    return stage;
  };
  afterEach(() => stage.folder.remove());

  it("plans, reads, checks in, asks one question, writes a report and finishes with it, with figures that are those of the file", async () => {
    const played = await (await open()).play(request, { answer: after });
    const report = await stage.read("report.md");

    expect(played.turns[0]).toEqual(["set_plan", "read_file"]);
    expect(played.turns.flat().filter((name) => name !== "read_file")).toEqual([
      "set_plan",
      "set_plan",
      "check_in",
      "ask_person",
      "set_plan",
      "write_file",
      "set_plan",
      "finish",
    ]);
    expect(played.plans.at(-1)).toEqual(["done", "done", "done", "done"]);
    expect(played.checkIns[0]).toContain("1,240 rows with 7 columns");
    expect(played.questions).toMatchObject([
      { options: ["After discounts", "Before discounts"], default: "After discounts", dueInMinutes: 60 },
    ]);
    expect(played.files).toEqual(["report.md"]);
    expectFigures(played.summary, report);
    expectFlaws(report);
    expect(played.summary).toContain("scripted model");
  });

  it("reads the rest of the file side by side, and gives the same answers to the same messages (U1)", async () => {
    const { messages, turns } = await (await open()).play(request, { answer: after });
    const model = createScriptedModel();

    const again = await Promise.all(
      messages.flatMap((message, at) =>
        message.role === "assistant" ? [ask(model, messages.slice(0, at))] : [],
      ),
    );

    expect(turns[1]?.length).toBeGreaterThan(5);
    expect(new Set(turns[1])).toEqual(new Set(["read_file"]));
    const first = messages.filter((message) => message.role === "assistant");
    expect(again.map(({ text, calls }) => ({ role: "assistant", text, calls }))).toEqual(first);
  });

  it("takes the answer into the figures", async () => {
    const played = await (await open()).play(request, { answer: before });

    expect(played.summary).toContain(`Revenue before discounts is ${total(rows, "gross")}`);
    expect(played.summary).toContain("as chosen in the thread");
  });

  it("goes with the default when nobody answers, and says so", async () => {
    const played = await (await open()).play(request);

    expect(played.summary).toContain(`Revenue after discounts is ${total(rows)}`);
    expect(played.summary).toContain("since nobody answered in time");
  });

  describe("steering", () => {
    it.each([2, 4, 6])("counts only the rows that are asked for (added before turn %i)", async (turn) => {
      const played = await (await open()).play(request, {
        answer: after,
        steer: { [turn]: "only EMEA please" },
      });

      expect(played.summary).toContain(`is ${total(rows.filter((row) => row.region === "EMEA"))}`);
      expect(played.summary).toContain('Only rows with "EMEA" are counted.');
      expect(await stage.read("report.md")).toContain(total(rows.filter((row) => row.region === "EMEA")));
    });

    it("takes a name in any spelling", async () => {
      const played = await (await open()).play(`${request}, only asia pacific`, { answer: after });

      expect(played.summary).toContain(`is ${total(rows.filter((row) => row.region === "Asia-Pacific"))}`);
    });

    it("begins with the column that is asked for", async () => {
      await (await open()).play(request, { answer: after, steer: { 3: "by product" } });
      const report = await stage.read("report.md");

      expect(report.indexOf("## By product")).toBeLessThan(report.indexOf("## By region"));
    });

    it("stops asking when it is told to", async () => {
      const played = await (await open()).play(request, { steer: { 2: "stop asking" } });

      expect(played.questions).toEqual([]);
      expect(played.summary).toContain(`Revenue after discounts is ${total(rows)}`);
    });

    it("asks nothing that was said in the request", async () => {
      const played = await (await open()).play(`${request}, before discounts`);

      expect(played.questions).toEqual([]);
      expect(played.summary).toContain(`Revenue before discounts is ${total(rows, "gross")}`);
    });

    it("follows an answer in words", async () => {
      const played = await (await open()).play(request, {
        answer: () => ({ answer: "before discounts, and only EMEA", via: "text" }),
      });

      const emea = rows.filter((row) => row.region === "EMEA");
      expect(played.summary).toContain(`Revenue before discounts is ${total(emea, "gross")}`);
    });

    it("takes a question back for no answer, and asks once more with what the choices mean", async () => {
      const asked: string[] = [];
      const played = await (await open()).play(request, {
        answer: ({ question }) => {
          asked.push(question);
          return asked.length > 1
            ? { answer: "Before discounts", via: "button" }
            : { answer: "What does after discounts mean?", via: "text" };
        },
      });

      expect(asked).toEqual([
        expect.stringContaining("Should revenue be after or before"),
        `Before discounts is what the list prices come to; after discounts is what was charged. ${asked[0]}`,
      ]);
      expect(played.summary).toContain("Revenue is before discounts, as chosen in the thread.");
    });

    it("goes with the default, and says so, for somebody who only asks back", async () => {
      const played = await (await open()).play(request, {
        answer: () => ({ answer: "What does before discounts mean?", via: "text" }),
      });

      expect(played.questions).toHaveLength(2);
      expect(played.summary).toContain("Revenue is after discounts, the default.");
    });

    it("notes what it does not understand and says that it can't do it", async () => {
      const played = await (await open()).play(request, { answer: after, steer: { 3: "make it rhyme" } });

      expect(played.summary).toContain('Noted, but more than a scripted model can do: "make it rhyme"');
    });

    it("S1: is not steered by what others write", async () => {
      const played = await (await open()).play(request, {
        answer: after,
        overheard: { 3: "Bo adds: only EMEA" },
      });

      expect(played.summary).toContain(`is ${total(rows)}`);
    });

    it("says so when no row has the name that is asked for", async () => {
      const played = await (await open()).play(`${request}, only Atlantis`, { answer: after });

      expect(played.summary).toContain('No row of inbox/sales-2026.csv has "Atlantis"');
      expect(played.files).toEqual([]);
    });
  });

  describe("compaction", () => {
    it.each([2, 3, 4, 5, 6, 7])("Z1: ends with the same figures after one before turn %i", async (turn) => {
      const played = await (await open()).play(request, { answer: before, compactBefore: [turn] });

      expect(played.summary).toContain(`Revenue before discounts is ${total(rows, "gross")}`);
      expect(played.questions).toHaveLength(1);
      expect(played.checkIns).toHaveLength(1);
      expect(await stage.read("report.md")).toContain("Exact copies of an earlier row: 2 rows");
    });

    it("Z1: ends right with one after every piece that is read", async () => {
      const every = Array.from({ length: 40 }, (_, turn) => turn + 2);
      const played = await (await open()).play(request, {
        answer: before,
        compactBefore: every.filter((turn) => turn % 2 === 0),
        steer: { 3: "only EMEA" },
      });

      const emea = rows.filter((row) => row.region === "EMEA");
      expect(played.summary).toContain(`Revenue before discounts is ${total(emea, "gross")}`);
      expect(played.questions).toHaveLength(1);
    });

    it("Z1: reads anew when what it kept has been lost", async () => {
      const played = await (await open()).play(request, {
        answer: after,
        compactBefore: [3, 6],
        failing: (tool, args) =>
          tool === "write_file" && args.includes("progress") ? "No space left." : undefined,
      });

      expect(played.summary).toContain(`Revenue after discounts is ${total(rows)}`);
    });
  });

  describe("other files", () => {
    const summary = async (
      content: string,
      name = "data.csv",
      options: PlayOptions = {},
    ): Promise<string> => {
      const played = await (await open({ [`inbox/${name}`]: content })).play(`Summarise ${name}`, options);
      return played.summary;
    };

    it("says that an empty file is empty", async () => {
      expect(await summary("")).toContain("inbox/data.csv is empty");
    });

    it("says that a table has no rows", async () => {
      expect(await summary("a,b,c\n")).toContain("it has a header but no rows");
    });

    it("says that a file is malformed", async () => {
      expect(await summary('a,b\n1,"never closed\n2,3\n')).toContain("can't be read as a table");
    });

    it("says that a file is no text", async () => {
      const played = await (await open({ "inbox/data.csv": "\u0000\u0001\u0002".repeat(500) })).play(
        "Summarise data.csv",
      );

      expect(played.summary).toContain("I could not read inbox/data.csv");
    });

    it("says that there is no file", async () => {
      const played = await (await open({})).play("Summarise the CSV file");

      expect(played.turns).toEqual([["list_files"], ["finish"]]);
      expect(played.summary).toContain("There is no CSV file here");
    });

    it("finds a file that the opening does not name", async () => {
      await open({ "a/b/deep.csv": "name,amount\nx,1\ny,2\n" });
      const played = await stage.play("Summarise the CSV file");

      expect(played.summary).toContain("3.00");
    });

    it("asks which of several files is meant", async () => {
      await open({ "inbox/one.csv": "k,amount\na,1\nb,2\n", "inbox/two.csv": "k,amount\na,10\nb,20\n" });
      const played = await stage.play("Give me the totals of the file", {
        answer: () => ({ answer: "two.csv", via: "button" }),
      });

      expect(played.questions[0]?.options).toEqual(["one.csv", "two.csv"]);
      expect(played.summary).toContain("30.00");
    });

    it("asks for the grouping where there are no discounts but several categories", async () => {
      const lines = Array.from(
        { length: 12 },
        (_, at) => `${["ann", "bea"][at % 2]},${["x", "y", "z"][at % 3]},${at}`,
      );
      const played = await (await open({ "inbox/h.csv": `who,task,hours\n${lines.join("\n")}\n` })).play(
        "Summarise h.csv",
        {
          answer: () => ({ answer: "task", via: "button" }),
        },
      );

      expect(played.questions).toMatchObject([{ options: ["who", "task"], default: "who" }]);
      expect(played.summary).toContain("The total quantity is 66");
      expect(played.summary).toContain("By task:");
    });

    it("reads semicolons, decimal commas, quotes and cells of several lines", async () => {
      const text = [
        "kunde;betrag amount;bemerkung",
        'A;"1.234,50";"eins\nzwei; drei"',
        'B;10,25;"mit ""Anführung"""',
        "A;0,25;x",
      ].join("\r\n");

      expect(await summary(text)).toContain("1,245.00");
    });

    it("counts rows where there is nothing to sum", async () => {
      expect(await summary("colour\nred\nred\nblue\n")).toContain("The number of rows is");
    });

    it("takes rows of the wrong length as flaws", async () => {
      const text = await summary("k,amount\na,1\nb,2,3,4\nc\nd,4\n");

      expect(text).toContain("Too many or too few cells in 2 rows (lines 3, 4)");
      expect(text).toContain("is 7.00");
    });

    it("is not led astray by names such as __proto__", async () => {
      expect(await summary("__proto__,amount\n__proto__,1\nconstructor,2\n__proto__,3\n")).toContain(
        "__proto__ 4.00",
      );
    });

    it("refuses a file that is too long for it", async () => {
      expect(await summary(`n\n${"1\n".repeat(60_000)}`)).toContain("reads at most 50000");
    });

    it("keeps reading where a line is very long", async () => {
      const text = await summary(`note,amount\n"${"x".repeat(9_000)}",5\nshort,6\n`);

      expect(text).toContain("is 11.00");
    });
  });

  describe("failures of tools", () => {
    it("tells that the report could not be written, and gives the figures all the same", async () => {
      const played = await (await open()).play(request, {
        answer: after,
        failing: (tool) => (tool === "write_file" ? "The workspace is full." : undefined),
      });

      expect(played.summary).toContain("could not be written: The workspace is full.");
      expect(played.summary).toContain(total(rows));
      expect(played.files).toEqual([]);
    });

    it("tells why a file could not be read", async () => {
      const played = await (await open()).play(request, {
        failing: (tool) => (tool === "read_file" ? "The disk does not answer." : undefined),
      });

      expect(played.summary).toContain("I could not read inbox/sales-2026.csv: The disk does not answer.");
    });

    it("goes with the default when the question can't be put, and says so", async () => {
      const played = await (await open()).play(request, {
        failing: (tool) => (tool === "ask_person" ? "Nobody can be asked here." : undefined),
      });

      expect(played.summary).toContain("The question could not be put: Nobody can be asked here.");
      expect(played.summary).toContain(total(rows));
    });

    it("finishes without the files if they can't be attached", async () => {
      let tries = 0;
      const played = await (await open()).play(request, {
        answer: after,
        failing: (tool) => {
          tries += tool === "finish" ? 1 : 0;
          return tool === "finish" && tries === 1 ? "report.md is gone." : undefined;
        },
      });

      expect(played.summary).toContain("The files could not be attached: report.md is gone.");
    });

    it("ends in plain words if even finishing fails", async () => {
      const played = await (await open()).play(request, {
        answer: after,
        failing: (tool) => (tool === "finish" ? "No." : undefined),
      });

      expect(played.turns.at(-1)).toEqual([]);
      expect(played.summary).toContain(total(rows));
    });

    it("ends with what it has when only finish is left", async () => {
      const played = await (await open()).play(request, { offered: ["finish"] });

      expect(played.turns).toEqual([["finish"]]);
      expect(played.summary).toContain("I have to stop here");
    });
  });
});
