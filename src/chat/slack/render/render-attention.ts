// A message that notifies because a person must act (ux c.3, c.4, c.9), and the same once it is decided.
//
//   RA1  Who must act is mentioned while there is something to do, and only then (ux c.0 rule 10).
//   RA2  A decided message has no controls; it says who chose what (ux c.0 rule 7).
//   RA3  Four options are buttons, more are a select; what a label cuts is written out above, under its number.

import type { KnownBlock, PlainTextOption, StaticSelect } from "@slack/types";
import { type Attention, type Button, isSettled } from "../../../domain/outbox.ts";
import { fitLabel, fitLine } from "../../prose/fit-text.ts";
import { actionIdAt } from "./action-id.ts";
import { foreign, mention, plain, withLocalDates } from "./mrkdwn.ts";
import {
  buttonRows,
  context,
  labelLimit,
  plainSection,
  prose,
  section,
  smallMarkup,
  smallPrint,
} from "./parts.ts";
import type { RenderPlace } from "./slack-message.ts";

/** On a phone, a longer label is cut by Slack itself (ux c.0 rule 8). */
const buttonLabelLimit = 24;
const titleLimit = 90;
const mostButtons = 4;
const mostOptions = 100;
const optionValueLimit = 75;

export function attentionBlocks(attention: Attention, to: RenderPlace): readonly KnownBlock[] {
  const { text, footer, decided } = attention;
  const title = fitLabel(attention.title, titleLimit, "");
  return [
    section(`${heading(attention, to)} ${foreign(title)}`.trim()),
    ...(text.trim() === title ? [] : prose(text, to)),
    ...(decided === undefined
      ? [
          ...controls(attention),
          ...context(smallMarkup(footer ?? "", (line) => withLocalDates(foreign(line)))),
        ]
      : plainSection(`Decided - ${decided}`)),
  ];
}

const headings: Readonly<Record<Attention["about"], readonly [open: string, decided: string]>> = {
  question: ["Question for", "Question to"],
  budget: ["Budget reached, waiting for", "Budget reached, asked"],
  doubt: ["Outcome unknown, waiting for", "Outcome unknown, asked"],
  approval: ["Approval needed from", "Approval asked of"],
  grant: ["Account needed from", "Account asked of"],
  schedule: ["Schedule of", "Schedule of"],
};

function heading(attention: Attention, to: RenderPlace): string {
  const { about, mention: key, mentionName, decided } = attention;
  const name = fitLabel(mentionName, 80, "you");
  if (isSettled(attention)) return `*Account of* ${foreign(name)}:`;
  const [open, closed] = headings[about];
  return decided === undefined ? `*${open}* ${mention(key, name, to)}:` : `*${closed}* ${foreign(name)}:`;
}

function controls({ options, freeText }: Attention): readonly KnownBlock[] {
  const more = freeText === undefined ? [] : [withLabelWithin(freeText, buttonLabelLimit)];
  if (options.length > mostButtons && canSelect(options)) {
    const beyond = options.length - mostOptions;
    return [
      ...writtenOut(options, labelLimit),
      { type: "actions", elements: [select(options)] },
      ...buttonRows(more),
      ...context(smallPrint(beyond > 0 ? `${beyond} more are not listed: reply in your own words.` : "")),
    ];
  }
  const shown = tooLong(options, buttonLabelLimit)
    ? options.map((option, index) =>
        withLabelWithin({ ...option, label: `${index + 1}. ${option.label}` }, buttonLabelLimit),
      )
    : options;
  return [...writtenOut(options, buttonLabelLimit), ...buttonRows([...shown, ...more])];
}

/** A select sends one action, and less of a value than a button does. */
function canSelect(options: readonly Button[]): boolean {
  return options.every(
    (option) =>
      option.action === options[0]?.action &&
      option.confirm === undefined &&
      option.value !== "" &&
      option.value.length <= optionValueLimit,
  );
}

function select(options: readonly Button[]): StaticSelect {
  const numberThem = tooLong(options, labelLimit);
  return {
    type: "static_select",
    action_id: actionIdAt(options[0]?.action ?? "", 0),
    placeholder: plain("Choose"),
    options: options.slice(0, mostOptions).map(
      ({ label, value }, index): PlainTextOption => ({
        text: plain(
          fitLabel(numberThem ? `${index + 1}. ${label}` : label, labelLimit, `Option ${index + 1}`),
        ),
        value,
      }),
    ),
  };
}

function writtenOut(options: readonly Button[], limit: number): readonly KnownBlock[] {
  if (!tooLong(options, limit)) return [];
  const room = Math.floor(2_900 / Math.min(options.length, mostOptions));
  const lines = options
    .slice(0, mostOptions)
    .map(({ label }, index) => fitLine(`${index + 1}. ${label}`, room - 1));
  return plainSection(lines.join("\n"));
}

function tooLong(options: readonly Button[], limit: number): boolean {
  return options.some((option) => option.label.length > limit);
}

function withLabelWithin(button: Button, limit: number): Button {
  return { ...button, label: fitLabel(button.label, limit, "Choose") };
}
