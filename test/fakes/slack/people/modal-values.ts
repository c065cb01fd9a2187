// What a person fills into a modal, as `view.state.values`. Slack's clients let nobody submit without what is required.

import { labelOf, lengthOf, shapeOf, shapesOf, textOf } from "../shape.ts";
import type { FakeView, Shape } from "../types.ts";
import { answersTo, choice } from "./elements.ts";

export type Filled = Readonly<Record<string, string | readonly string[]>>;

export function valuesFor(view: FakeView, filled: Filled): Shape {
  const values: Record<string, Shape> = {};
  const left = new Set(Object.keys(filled));
  for (const block of shapesOf(view.view["blocks"])) {
    if (block["type"] !== "input") continue;
    const element = shapeOf(block["element"]);
    const name = [...left].find((one) => answersTo(element, one, block));
    if (name !== undefined) left.delete(name);
    const wanted = name === undefined ? undefined : [filled[name] ?? ""].flat();
    const value = wanted ? choice(element, wanted) : initial(element);
    if (block["optional"] !== true) refuseEmpty(block, value);
    refuseLength(block, element, value);
    values[String(block["block_id"])] = {
      [String(element["action_id"])]: { type: element["type"], ...value },
    };
  }
  if (left.size > 0)
    throw new Error(`The modal asks for no ${[...left].map((one) => `"${one}"`).join(", ")}`);
  return values;
}

/** Elements that nobody touched are there too, with `null` or what they began with. */
function initial(element: Shape): Shape {
  const type = String(element["type"]);
  if (type === "multi_static_select" || type === "checkboxes") {
    return { selected_options: element["initial_options"] ?? [] };
  }
  if (type.endsWith("_select") || type === "radio_buttons")
    return { selected_option: element["initial_option"] ?? null };
  if (type === "datepicker") return { selected_date: element["initial_date"] ?? null };
  return { value: element["initial_value"] ?? null };
}

function refuseEmpty(block: Shape, value: Shape): void {
  const empty = Object.values(value).every(
    (one) => one === null || one === "" || (Array.isArray(one) && one.length === 0),
  );
  if (empty) throw new Error(`The modal requires "${labelOf(block["label"]) ?? ""}"`);
}

function refuseLength(block: Shape, element: Shape, value: Shape): void {
  const length = lengthOf(textOf(value["value"]) ?? "");
  const most = Number(element["max_length"] ?? 3000);
  const least = value["value"] === null ? 0 : Number(element["min_length"] ?? 0);
  if (length > most || length < least) {
    throw new Error(`"${labelOf(block["label"]) ?? ""}" takes ${least} to ${most} characters, not ${length}`);
  }
}
