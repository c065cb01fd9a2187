// Names of the controls in a message, and what a click on one means.
//
//   AI1  `action_id` is unique within its block: the first control of an action has the action's name, the next ones
//        have `:1`, `:2`, … behind it.
//   AI2  A click is read by its name alone, never by its label or place.
//   AI3  The two feedback buttons are one control, so their values say which one it was.

import { type ActionId, actionIds } from "../../../domain/actions.ts";

/** The control that holds "Helpful" and "Not helpful" (AI3). */
export const feedbackControl = "feedback";

/** A button that only opens a page: its clicks are acknowledged and mean nothing. */
export const linkControl = "link";

type FeedbackAction = Extract<ActionId, `feedback.${string}`>;

export function actionIdAt(action: string, n: number): string {
  return n === 0 ? action : `${action}:${n}`;
}

/** The action that `id` names, or undefined where it is none of ours. */
export function parseActionId(id: string): ActionId | undefined {
  const name = withoutNumber(id);
  return actionIds.find((action) => action === name);
}

export function isLinkControl(id: string): boolean {
  return withoutNumber(id) === linkControl;
}

export function feedbackValue(action: FeedbackAction, value: string): string {
  return `${action} ${value}`;
}

export interface Click {
  readonly action: ActionId;
  readonly value: string;
}

/** One element of `block_actions.actions`, as far as a click goes. */
export interface ClickedElement {
  readonly action_id: string;
  readonly value?: string | undefined;
  readonly selected_option?: { readonly value?: string | undefined } | null | undefined;
}

/** What a click on a button, a choice in a select, or a thumb means; undefined where it is none of ours. */
export function readClick(element: ClickedElement): Click | undefined {
  const value = element.value ?? element.selected_option?.value ?? "";
  if (withoutNumber(element.action_id) === feedbackControl) return readFeedback(value);
  const action = parseActionId(element.action_id);
  return action && { action, value };
}

function readFeedback(text: string): Click | undefined {
  const [name = "", ...rest] = text.split(" ");
  const action = parseActionId(name);
  return action === "feedback.up" || action === "feedback.down"
    ? { action, value: rest.join(" ") }
    : undefined;
}

function withoutNumber(id: string): string {
  return id.replace(/:\d+$/, "");
}
