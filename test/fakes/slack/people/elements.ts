// Finding what a person points at: a button, a menu, an option, an input, by its label or its id.

import { labelOf, shapeOf, shapesOf, textOf } from "../shape.ts";
import type { Clickable, Shape } from "../types.ts";

export interface Found {
  readonly block: Shape;
  readonly element: Shape;
}

export function blocksOf(on: Clickable): readonly Shape[] {
  return "view" in on ? shapesOf(on.view["blocks"]) : on.blocks;
}

/** What Slack writes into `actions` when the button is clicked. */
export function clicked(on: Clickable, wanted: string): Shape {
  const all = elementsOf(blocksOf(on));
  for (const { block, element } of all) {
    const common = { type: element["type"], block_id: block["block_id"], action_id: element["action_id"] };
    if (element["type"] === "feedback_buttons") {
      const side = feedbackSide(element, wanted);
      if (side) return { ...common, value: side["value"], text: side["text"] };
    } else if (isButton(element) && answersTo(element, wanted)) {
      const { value, text, url, style, icon } = element;
      const extra = Object.entries({ value, text, url, style, icon }).filter(([, one]) => one !== undefined);
      return { ...common, ...Object.fromEntries(extra) };
    }
  }
  throw nothing("button", wanted, all);
}

/** What Slack writes into `actions` when options of the menu are picked. */
export function picked(on: Clickable, menu: string, wanted: readonly string[]): Shape {
  const all = elementsOf(blocksOf(on));
  const found = all.find(({ block, element }) => !isButton(element) && answersTo(element, menu, block));
  if (!found) throw nothing("menu", menu, all);
  const { block, element } = found;
  return {
    type: element["type"],
    block_id: block["block_id"],
    action_id: element["action_id"],
    ...choice(element, wanted),
    ...(element["placeholder"] === undefined ? {} : { placeholder: element["placeholder"] }),
  };
}

/** The part of a payload that says what was chosen, by the kind of menu. */
export function choice(element: Shape, wanted: readonly string[]): Shape {
  const type = String(element["type"]);
  const [first = ""] = wanted;
  if (["multi_static_select", "checkboxes"].includes(type)) {
    return { selected_options: wanted.map((one) => optionOf(element, one)) };
  }
  if (["static_select", "external_select", "radio_buttons", "overflow"].includes(type)) {
    return { selected_option: optionOf(element, first) };
  }
  if (type === "multi_users_select") return { selected_users: wanted };
  if (type === "datetimepicker") return { selected_date_time: Number(first) };
  return { [plainChoices[type] ?? "value"]: first };
}

const plainChoices: Readonly<Record<string, string>> = {
  users_select: "selected_user",
  channels_select: "selected_channel",
  conversations_select: "selected_conversation",
  datepicker: "selected_date",
  timepicker: "selected_time",
};

function optionOf(element: Shape, wanted: string): Shape {
  const groups = shapesOf(element["option_groups"]).flatMap((group) => shapesOf(group["options"]));
  const options = [...shapesOf(element["options"]), ...groups];
  const found = options.find((one) => labelOf(one["text"]) === wanted || one["value"] === wanted);
  if (!found) {
    throw new Error(
      `No option "${wanted}"; there are: ${options.map((one) => labelOf(one["text"])).join(", ")}`,
    );
  }
  return found;
}

export function elementsOf(blocks: readonly Shape[]): Found[] {
  return blocks.flatMap((block) => {
    const own = [...shapesOf(block["elements"]), ...[block["accessory"], block["element"]].map(shapeOf)];
    const nested = elementsOf([...shapesOf(block["child_blocks"]), ...shapesOf(block["tasks"])]);
    const buttons = shapesOf(block["actions"]);
    return [...[...own, ...buttons].filter(isActive).map((element) => ({ block, element })), ...nested];
  });
}

function isActive(element: Shape): boolean {
  return textOf(element["action_id"]) !== undefined || isButton(element);
}

function isButton(element: Shape): boolean {
  return ["button", "icon_button", "workflow_button", "feedback_buttons"].includes(String(element["type"]));
}

function feedbackSide(element: Shape, wanted: string): Shape | undefined {
  const sides = (["positive", "negative"] as const).map((name) => ({
    name,
    side: shapeOf(element[`${name}_button`]),
  }));
  return sides.find(
    ({ name, side }) =>
      wanted === name ||
      wanted === labelOf(side["text"]) ||
      wanted === side["accessibility_label"] ||
      wanted === side["value"],
  )?.side;
}

/** By label, placeholder, full id, or id without the number that makes it unique in its block. */
export function answersTo(element: Shape, wanted: string, block: Shape = {}): boolean {
  const id = textOf(element["action_id"]) ?? "";
  const names = [
    labelOf(element["text"]),
    labelOf(element["placeholder"]),
    labelOf(block["label"]),
    labelOf(block["text"]),
    textOf(block["block_id"]),
    textOf(element["accessibility_label"]),
    id,
    id.replace(/:\d+$/, ""),
  ];
  return names.includes(wanted);
}

function nothing(what: string, wanted: string, all: readonly Found[]): Error {
  const names = all.map(
    ({ element }) => `${labelOf(element["text"]) ?? ""} (${String(element["action_id"])})`,
  );
  return new Error(`No ${what} "${wanted}"; there are: ${names.join(", ") || "none"}`);
}
