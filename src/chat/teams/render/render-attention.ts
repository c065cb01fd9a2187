// A message that notifies because a person must act (ux c.3, c.4, c.5, c.9), and the same once it is decided.
//
//   TA1  Who must act is mentioned while there is something to do, and only then (ux c.0 rule 10).
//   TA2  A decided message has no controls; it says who chose what (ux c.0 rule 7).
//   TA3  Five options or fewer are buttons, more are a list to choose from; what a label cuts is written out above.
//   TA4  Who must act has it brought up to date by their own client, however many read there (T-M5).

import { parseOptionValue } from "../../../domain/actions.ts";
import { type Attention, type Button, isSettled } from "../../../domain/outbox.ts";
import { fields } from "../action-data.ts";
import { fitLabel, fitLine } from "../../prose/fit-text.ts";
import {
  type CardContent,
  execute,
  heading,
  labelLimit,
  line,
  mostActions,
  openForm,
  plain,
  prose,
  small,
  textField,
} from "./card-parts.ts";
import { inert, type Mention, mention, withLocalDates } from "./safe-words.ts";
import type { Json, RenderPlace } from "./teams-message.ts";

const titleLimit = 90;
const textLimit = 12_000;
const mostButtons = 5;
const mostChoices = 100;

const headings: Readonly<Record<string, readonly [open: string, decided: string]>> = {
  question: ["Question for", "Question to"],
  budget: ["Budget reached, waiting for", "Budget reached, asked"],
  doubt: ["Outcome unknown, waiting for", "Outcome unknown, asked"],
  approval: ["Approval needed from", "Approval asked of"],
  grant: ["Account needed from", "Account asked of"],
  schedule: ["Schedule of", "Schedule of"],
};

const settled = ["Account of", "Account of"] as const;

export function attentionContent(attention: Attention, to: RenderPlace): Omit<CardContent, "fallbackText"> {
  const { text, footer, decided, about, mentionName } = attention;
  const title = fitLabel(attention.title, titleLimit, "");
  const isAsked = decided === undefined && !isSettled(attention);
  const [open, closed] = isSettled(attention) ? settled : (headings[about] ?? ["For", "For"]);
  const called = isAsked ? mention(attention.mention, mentionName, to) : undefined;
  const name = called?.markup ?? inert(mentionName, 80, "you");
  const controls = decided === undefined ? controlsOf(attention, to) : nothing;
  return {
    ...refreshOf(attention, to),
    entities: entitiesOf(called),
    body: [
      heading(`${decided === undefined ? open : closed} ${name}: ${inert(title, titleLimit, "")}`.trim()),
      ...(text.trim() === title ? [] : prose(text, to, textLimit)),
      ...controls.body,
      ...(decided === undefined
        ? small(withLocalDates(inert(fitLine(footer ?? "", 400), 400, "")))
        : plain(`Decided - ${decided}`, { weight: "Bolder" })),
    ],
    actions: controls.actions,
  };
}

/** TA4. */
function refreshOf(
  { decided, mention: person }: Attention,
  { userId }: RenderPlace,
): Pick<CardContent, "refreshes" | "refreshFor"> {
  const asked = person === undefined ? undefined : userId?.(person);
  return { refreshes: decided === undefined, ...(asked !== undefined && { refreshFor: [asked] }) };
}

function entitiesOf(called: Mention | undefined): readonly Json[] {
  return called === undefined ? [] : [called.entity];
}

interface Controls {
  readonly body: readonly Json[];
  readonly actions: readonly Json[];
}

const nothing: Controls = { body: [], actions: [] };

function controlsOf(attention: Attention, to: RenderPlace): Controls {
  const options = optionControls(attention, to);
  const free = freeControls(attention, to);
  return {
    body: [...options.body, ...free.body],
    actions: [...options.actions, ...free.actions].slice(0, mostActions),
  };
}

function optionControls({ options }: Attention, { nonce }: RenderPlace): Controls {
  if (options.length > mostButtons && isOneQuestion(options)) return chooser(options, nonce);
  const long = options.some((option) => option.label.length > labelLimit);
  return {
    body: long ? writtenOut(options) : [],
    actions: options.map((option, index) =>
      needsForm(option)
        ? openForm(option, nonce)
        : execute(option, nonce, long ? `${index + 1}. ${option.label}` : option.label),
    ),
  };
}

/** What the approver changes has to be written. */
function needsForm({ action }: Button): boolean {
  return action === "approval.edit";
}

function isOneQuestion(options: readonly Button[]): boolean {
  return options.every(({ action, value }) => action === options[0]?.action && value !== "");
}

function chooser(options: readonly Button[], nonce: string): Controls {
  const shown = options.slice(0, mostChoices);
  const beyond = options.length - shown.length;
  const choices = shown.map(({ label, value }, index) => ({
    title: fitLabel(label, 200, `Option ${index + 1}`),
    value,
  }));
  return {
    body: [
      {
        type: "Input.ChoiceSet",
        id: fields.choice,
        style: "compact",
        isRequired: true,
        label: "Your choice",
        errorMessage: "Please choose one.",
        choices,
      },
      ...(beyond > 0 ? small(`${beyond} more are not listed: answer in your own words.`) : []),
    ],
    actions: [
      {
        type: "Action.Execute",
        title: "Choose",
        verb: options[0]?.action ?? "",
        data: { value: "", n: nonce },
        style: "positive",
      },
    ],
  };
}

function writtenOut(options: readonly Button[]): readonly Json[] {
  return options.flatMap(({ label }, index) => plain(`${index + 1}. ${fitLine(label, 600)}`));
}

/** An answer in own words has its own field; its button sends the field alone. */
function freeControls({ freeText }: Attention, { nonce }: RenderPlace): Controls {
  if (freeText === undefined) return nothing;
  const { wait } = parseOptionValue(freeText.value);
  return {
    body: [],
    actions: [
      {
        type: "Action.ShowCard",
        title: fitLabel(freeText.label, labelLimit, "Something else"),
        card: {
          type: "AdaptiveCard",
          version: "1.5",
          body: [
            {
              ...textField(fieldLabel(freeText)),
              isRequired: true,
              errorMessage: "Please write your answer.",
            },
          ],
          actions: [
            execute(
              { ...freeText, value: freeText.value === "" ? wait : freeText.value, style: "primary" },
              nonce,
              "Send",
            ),
          ],
        },
      },
    ],
  };
}

function fieldLabel({ action }: Button): string {
  return action === "approval.edit"
    ? 'As JSON, what shall be otherwise, e.g. {"to": "…"}. What you leave out stays.'
    : "Your answer";
}

/** The form that a button opens over the conversation. */
export function formCard(form: { readonly form: string; readonly value: string; readonly n: string }): {
  readonly title: string;
  readonly card: Json;
} {
  return {
    title: form.form === "approval.edit" ? "What shall be different?" : "Your words",
    card: {
      type: "AdaptiveCard",
      version: "1.5",
      body: [line("Say what to change. I prepare it anew and ask again."), textField("Your words")],
      actions: [
        { type: "Action.Submit", title: "Send", data: { form: form.form, value: form.value, n: form.n } },
      ],
    },
  };
}
