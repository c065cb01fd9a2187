// The small checks that rules for blocks and for their elements share.

import { lengthOf, shapeOf, textOf } from "../shape.ts";

/** Where in the blocks a check is, and where its complaints go. */
export interface Report {
  at(step: string | number): Report;
  say(message: string): void;
}

export function within(
  count: number,
  report: Report,
  { least, most, what }: { readonly least: number; readonly most: number; readonly what: string },
): void {
  if (count > most) report.say(`no more than ${most} ${what} allowed`);
  else if (!(count >= least)) report.say(`must be at least ${least} ${what}`);
}

export function textObject(
  value: unknown,
  report: Report,
  { most, type }: { readonly most: number; readonly type?: "plain_text" },
): void {
  const { type: found, text } = shapeOf(value);
  if (found !== "plain_text" && (type !== undefined || found !== "mrkdwn")) {
    report.at("type").say(`must be ${type ?? "plain_text or mrkdwn"}`);
    return;
  }
  const said = textOf(text);
  if (said === undefined) report.at("text").say("missing required field: text");
  else within(lengthOf(said), report.at("text"), { least: 1, most, what: "characters" });
}
