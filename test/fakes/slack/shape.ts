// Reading JSON that nobody promised a form of.

import type { Shape } from "./types.ts";

export function isShape(value: unknown): value is Shape {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function shapeOf(value: unknown): Shape {
  return isShape(value) ? value : {};
}

export function shapesOf(value: unknown): readonly Shape[] {
  return Array.isArray(value) ? value.filter(isShape) : [];
}

export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The `text` of a text object. */
export function labelOf(value: unknown): string | undefined {
  return textOf(shapeOf(value)["text"]);
}

/** JSON, or undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Length as Slack counts: characters, not UTF-16 units. */
export function lengthOf(text: string): number {
  return text.length - (text.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

/** For saying in a sentence what stood somewhere. */
export function shownAs(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
}
