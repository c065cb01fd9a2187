// Slack's limits on what people click, pick and fill in: which element may stand in which block, how many, how long.

import { lengthOf, shapeOf, shapesOf, shownAs, textOf } from "../shape.ts";
import type { Shape } from "../types.ts";
import { type Report, textObject, within } from "./block-checks.ts";

type Home = "actions" | "context_actions" | "section" | "input";

const menus = ["static_select", "external_select", "users_select", "conversations_select", "channels_select"];
const multiMenus = menus.map((menu) => `multi_${menu}`);
const choices = ["checkboxes", "radio_buttons", "datepicker", "timepicker"];
const writing = [
  "plain_text_input",
  "number_input",
  "email_text_input",
  "url_text_input",
  "rich_text_input",
  "file_input",
];
const allowed: Readonly<Record<Home, readonly string[]>> = {
  actions: [
    "button",
    "overflow",
    "workflow_button",
    "datetimepicker",
    "rich_text_input",
    ...menus,
    ...multiMenus,
    ...choices,
  ],
  context_actions: ["feedback_buttons", "icon_button"],
  section: ["button", "overflow", "workflow_button", "image", ...menus, ...multiMenus, ...choices],
  input: ["datetimepicker", ...menus, ...multiMenus, ...choices, ...writing],
};

export function elementRules(
  elements: unknown,
  report: Report,
  { most, in: home }: { readonly most: number; readonly in: Home },
): void {
  const list = shapesOf(elements);
  const here =
    home === "section" ? report.at("accessory") : report.at(home === "input" ? "element" : "elements");
  within(list.length, here, { least: 1, most, what: "items" });
  const seen = new Set<unknown>();
  for (const [n, element] of list.entries()) {
    const spot = most === 1 ? here : here.at(n);
    checkElement(element, spot, home);
    const id = element["action_id"];
    if (id === undefined) continue;
    if (seen.has(id))
      spot.at("action_id").say(`\`action_id\` ${shownAs(id)} already exists for another action`);
    seen.add(id);
    optional(id, spot.at("action_id"), 255);
  }
}

function checkElement(element: Shape, report: Report, home: Home): void {
  const type = String(element["type"]);
  if (!allowed[home].includes(type)) return report.at("type").say(`unsupported type: ${type}`);
  if (element["confirm"] !== undefined) checkConfirm(shapeOf(element["confirm"]), report.at("confirm"));
  if (element["placeholder"] !== undefined) {
    textObject(element["placeholder"], report.at("placeholder"), { most: 150, type: "plain_text" });
  }
  if (type === "button" || type === "icon_button") checkButton(element, report);
  else if (type === "feedback_buttons") {
    for (const name of ["positive_button", "negative_button"]) {
      checkButton(shapeOf(element[name]), report.at(name));
      if (textOf(shapeOf(element[name])["value"]) === undefined)
        report.at(name).say("missing required field: value");
    }
  } else if ("options" in element) checkOptions(element, type, report);
  else if (type === "static_select" && element["option_groups"] === undefined)
    report.say("missing required field: options");
}

function checkButton(button: Shape, report: Report): void {
  textObject(button["text"], report.at("text"), { most: 75, type: "plain_text" });
  optional(button["value"], report.at("value"), 2000);
  optional(button["url"], report.at("url"), 3000);
  optional(button["accessibility_label"], report.at("accessibility_label"), 75);
  const { style } = button;
  if (style !== undefined && style !== "primary" && style !== "danger") {
    report.at("style").say("must be primary or danger");
  }
}

function checkOptions(element: Shape, type: string, report: Report): void {
  const options = shapesOf(element["options"]);
  const most = type === "overflow" ? 5 : type === "checkboxes" || type === "radio_buttons" ? 10 : 100;
  within(options.length, report.at("options"), { least: 1, most, what: "items" });
  for (const [n, option] of options.entries()) {
    const spot = report.at("options").at(n);
    textObject(option["text"], spot.at("text"), { most: 75 });
    if (textOf(option["value"]) === undefined) spot.say("missing required field: value");
    optional(option["value"], spot.at("value"), 150);
    if (option["description"] !== undefined)
      textObject(option["description"], spot.at("description"), { most: 75 });
  }
}

function checkConfirm(confirm: Shape, report: Report): void {
  const parts = [
    ["title", 100],
    ["text", 300],
    ["confirm", 30],
    ["deny", 30],
  ] as const;
  for (const [name, most] of parts) {
    if (confirm[name] !== undefined) textObject(confirm[name], report.at(name), { most });
  }
}

function optional(value: unknown, report: Report, most: number): void {
  if (value === undefined) return;
  const text = textOf(value);
  if (text === undefined) report.say("must be a string");
  else within(lengthOf(text), report, { least: 0, most, what: "characters" });
}
