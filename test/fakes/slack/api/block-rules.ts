// Slack's limits on blocks, from its documentation: which blocks a message, a modal or a home page may hold, how many, how long.
//
//   K1  One bad block refuses the whole message.
//   K2  An action_id stands once in a block, a block_id once in a message.
//   K3  Lengths count characters, not UTF-16 units.

import { isShape, lengthOf, shapeOf, shapesOf, shownAs, textOf } from "../shape.ts";
import type { Shape } from "../types.ts";
import { type Report, textObject, within } from "./block-checks.ts";
import { elementRules } from "./element-rules.ts";

export type Surface = "message" | "modal" | "home";

export interface BlockProblem {
  readonly pointer: string;
  readonly message: string;
}

interface Rule {
  readonly on: readonly Surface[];
  check(block: Shape, report: Report): void;
}

const everywhere: readonly Surface[] = ["message", "modal", "home"];
const inViews: readonly Surface[] = ["modal", "home"];
const inMessages: readonly Surface[] = ["message"];
const childTypes = [
  "actions",
  "context",
  "divider",
  "file",
  "header",
  "image",
  "input",
  "rich_text",
  "section",
  "table",
  "video",
];
const allCells = ["raw_text", "raw_number", "rich_text"];
const taskStates = ["pending", "in_progress", "complete", "error"];

const rules: Readonly<Record<string, Rule>> = {
  actions: {
    on: everywhere,
    check: (block, report) => elementRules(block["elements"], report, { most: 25, in: "actions" }),
  },
  context_actions: {
    on: inMessages,
    check: (block, report) => elementRules(block["elements"], report, { most: 5, in: "context_actions" }),
  },
  alert: {
    on: ["modal"],
    check: (block, report) => textObject(block["text"], report.at("text"), { most: 3000 }),
  },
  context: {
    on: everywhere,
    check(block, report) {
      const elements = shapesOf(block["elements"]);
      within(elements.length, report.at("elements"), { least: 1, most: 10, what: "items" });
      elements.forEach((one, n) => {
        if (one["type"] !== "image") textObject(one, report.at("elements").at(n), { most: 3000 });
      });
    },
  },
  divider: { on: everywhere, check: () => undefined },
  header: {
    on: everywhere,
    check: (block, report) => textObject(block["text"], report.at("text"), { most: 150, type: "plain_text" }),
  },
  section: { on: everywhere, check: checkSection },
  markdown: {
    on: inMessages,
    check: (block, report) => lengthWithin(block["text"], report.at("text"), 12_000),
  },
  rich_text: {
    on: everywhere,
    check(block, report) {
      if (!Array.isArray(block["elements"])) report.at("elements").say("missing required field: elements");
    },
  },
  image: {
    on: everywhere,
    check(block, report) {
      lengthWithin(block["alt_text"], report.at("alt_text"), 2000);
      if (!("image_url" in block || "slack_file" in block)) report.say("missing required field: image_url");
    },
  },
  input: {
    on: inViews,
    check(block, report) {
      textObject(block["label"], report.at("label"), { most: 2000, type: "plain_text" });
      if (block["hint"] !== undefined)
        textObject(block["hint"], report.at("hint"), { most: 2000, type: "plain_text" });
      elementRules([block["element"]], report, { most: 1, in: "input" });
    },
  },
  container: { on: everywhere, check: checkContainer },
  plan: {
    on: inMessages,
    check(block, report) {
      lengthWithin(block["title"], report.at("title"), 3000);
      shapesOf(block["tasks"]).forEach((task, n) => checkTask(task, report.at("tasks").at(n)));
    },
  },
  task_card: { on: inMessages, check: checkTask },
  table: {
    on: inMessages,
    check: (block, report) => checkRows(block, report, { rows: 100, columns: 20, cells: allCells }),
  },
  data_table: { on: inMessages, check: checkDataTable },
  file: { on: inMessages, check: () => undefined },
  video: { on: everywhere, check: () => undefined },
};

export function problemsOf(blocks: unknown, surface: Surface): BlockProblem[] {
  const problems: BlockProblem[] = [];
  const report = reportInto(problems, "/blocks");
  if (!Array.isArray(blocks) || !blocks.every(isShape)) {
    report.say("must provide an array of blocks");
    return problems;
  }
  within(blocks.length, report, { least: 0, most: surface === "message" ? 50 : 100, what: "items" });
  const seen = new Set<unknown>();
  for (const [n, block] of blocks.entries()) {
    checkBlock(block, report.at(n), surface);
    const id = block["block_id"];
    if (id === undefined) continue;
    if (seen.has(id))
      report
        .at(n)
        .at("block_id")
        .say(`\`block_id\` ${shownAs(id)} already exists for another block`);
    seen.add(id);
    lengthWithin(id, report.at(n).at("block_id"), 255);
  }
  return problems;
}

/** Text of all markdown blocks of the message: over 12,000 characters Slack answers `msg_blocks_too_long`. */
export function markdownLength(blocks: readonly Shape[]): number {
  return blocks
    .filter((block) => block["type"] === "markdown")
    .reduce((sum, block) => sum + lengthOf(textOf(block["text"]) ?? ""), 0);
}

function checkBlock(block: Shape, report: Report, surface: Surface): void {
  const rule = rules[String(block["type"])];
  if (!rule || !rule.on.includes(surface))
    report.at("type").say(`unsupported type: ${String(block["type"])}`);
  else rule.check(block, report);
}

function checkSection(block: Shape, report: Report): void {
  const fields = block["fields"];
  if (block["text"] === undefined && fields === undefined) report.say("missing required field: text");
  if (block["text"] !== undefined) textObject(block["text"], report.at("text"), { most: 3000 });
  if (fields !== undefined) {
    const list = shapesOf(fields);
    within(list.length, report.at("fields"), { least: 1, most: 10, what: "items" });
    list.forEach((one, n) => textObject(one, report.at("fields").at(n), { most: 2000 }));
  }
  if (block["accessory"] !== undefined)
    elementRules([block["accessory"]], report, { most: 1, in: "section" });
}

function checkContainer(block: Shape, report: Report): void {
  const children = shapesOf(block["child_blocks"]);
  const here = report.at("child_blocks");
  within(children.length, here, { least: 1, most: 10, what: "items" });
  if (block["rich_text_title"] === undefined) {
    textObject(block["title"], report.at("title"), { most: 150, type: "plain_text" });
  }
  if (block["default_collapsed"] === true && block["is_collapsible"] !== true) {
    report.at("default_collapsed").say("requires is_collapsible");
  }
  children.forEach((child, n) => {
    const type = String(child["type"]);
    if (childTypes.includes(type)) rules[type]?.check(child, here.at(n));
    else here.at(n).at("type").say(`unsupported type: ${type}`);
  });
}

function checkTask(task: Shape, report: Report): void {
  lengthWithin(task["task_id"], report.at("task_id"), 255);
  lengthWithin(task["title"], report.at("title"), 3000);
  if (!taskStates.includes(String(task["status"])))
    report.at("status").say(`must be one of ${taskStates.join(", ")}`);
  for (const name of ["details", "output"]) {
    const value = task[name];
    if (value !== undefined && shapeOf(value)["type"] !== "rich_text")
      report.at(name).say("must be a rich_text block");
  }
}

function checkDataTable(block: Shape, report: Report): void {
  lengthWithin(block["caption"], report.at("caption"), 2000);
  const size = block["page_size"];
  if (size !== undefined) within(Number(size), report.at("page_size"), { least: 1, most: 100, what: "rows" });
  // Number cells are documented, and were refused where it was tried.
  checkRows(block, report, { rows: 1000, columns: 50, cells: ["raw_text", "rich_text"] });
}

function checkRows(
  block: Shape,
  report: Report,
  most: { readonly rows: number; readonly columns: number; readonly cells: readonly string[] },
): void {
  const rows: unknown = block["rows"];
  const here = report.at("rows");
  if (!Array.isArray(rows)) return here.say("missing required field: rows");
  within(rows.length, here, { least: 1, most: most.rows, what: "items" });
  for (const [n, row] of rows.entries()) {
    const cells = shapesOf(row);
    within(cells.length, here.at(n), { least: 1, most: most.columns, what: "items" });
    for (const cell of cells) {
      if (!most.cells.includes(String(cell["type"])))
        here.at(n).say(`unsupported type: ${String(cell["type"])}`);
      if (cell["type"] === "raw_text" && textOf(cell["text"]) === "")
        here.at(n).say("must be more than 0 characters");
    }
  }
}

function lengthWithin(value: unknown, report: Report, most: number): void {
  const text = textOf(value);
  if (text === undefined) report.say("missing required field");
  else within(lengthOf(text), report, { least: 1, most, what: "characters" });
}

function reportInto(problems: BlockProblem[], pointer: string): Report {
  return {
    at: (step) => reportInto(problems, `${pointer}/${step}`),
    say: (message) => void problems.push({ pointer, message }),
  };
}
