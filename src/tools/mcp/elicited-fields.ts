// The fields of a form that a server wants filled in (flat, of plain values), and what a person's answer gives for them.

import { z } from "zod";

export type Value = string | number | boolean | string[];
export type Content = Record<string, Value>;

export interface Field {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly type: "string" | "number" | "integer" | "boolean" | "choice" | "choices";
  /** What can be chosen: of a truth value, yes and no. */
  readonly choices: readonly { readonly value: string; readonly title: string }[];
  readonly isRequired: boolean;
  /** What the server takes it for where it is left out, as a person would write it (SEP-1034). */
  readonly usual?: string;
}

const mostFields = 12;
const mostChoices = 30;

const Choice = z.looseObject({ const: z.string(), title: z.string().optional() });
const Property = z.looseObject({
  type: z.enum(["string", "number", "integer", "boolean", "array"]),
  title: z.string().optional(),
  description: z.string().optional(),
  default: z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).optional(),
  enum: z.array(z.string()).optional(),
  enumNames: z.array(z.string()).optional(),
  oneOf: z.array(Choice).optional(),
  items: z
    .looseObject({ enum: z.array(z.string()).optional(), anyOf: z.array(Choice).optional() })
    .optional(),
});

/** Undefined for a form that is none of those. */
export function fieldsOf(
  properties: Readonly<Record<string, unknown>>,
  required: readonly string[],
): readonly Field[] | undefined {
  const names = Object.keys(properties);
  if (names.length === 0 || names.length > mostFields) return undefined;
  const fields = names.map((name) => fieldOf(name, properties[name], required.includes(name)));
  return fields.every((field) => field !== undefined) ? fields : undefined;
}

function fieldOf(name: string, property: unknown, isRequired: boolean): Field | undefined {
  const read = Property.safeParse(property);
  if (!read.success) return undefined;
  const { type, title, description, default: usual } = read.data;
  const choices = choicesOf(read.data);
  if (choices.length > mostChoices || (type === "array" && choices.length === 0)) return undefined;
  return {
    name,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    type: type === "array" ? "choices" : type === "string" && choices.length > 0 ? "choice" : type,
    choices,
    isRequired,
    ...(usual === undefined ? {} : { usual: Array.isArray(usual) ? usual.join(",") : String(usual) }),
  };
}

function choicesOf(property: z.infer<typeof Property>): Field["choices"] {
  if (property.type === "boolean") return yesNo;
  const { enum: values = property.items?.enum ?? [], enumNames = [] } = property;
  const named = property.oneOf ?? property.items?.anyOf ?? [];
  return [
    ...values.map((value, at) => ({ value, title: enumNames[at] ?? value })),
    ...named.map((choice) => ({ value: choice.const, title: choice.title ?? choice.const })),
  ];
}

const yesNo = [
  { value: "true", title: "Yes" },
  { value: "false", title: "No" },
];

/** One field takes the whole answer, several a line each. Undefined if something is missing or does not fit. */
export function readAnswer(fields: readonly Field[], answer: string): Content | undefined {
  const content: Content = {};
  for (const field of fields) {
    const said = fields.length === 1 ? answer.trim() : lineFor(field, answer);
    const text = said === undefined || said === "" ? field.usual : said;
    if (text === undefined || text === "") {
      if (field.isRequired) return undefined;
      continue;
    }
    const value = valueOf(field, text);
    if (value === undefined) return undefined;
    content[field.name] = value;
  }
  return content;
}

function lineFor({ name, title }: Field, answer: string): string | undefined {
  for (const line of answer.split("\n")) {
    const colon = line.indexOf(":");
    if (colon < 0) continue;
    const [label, text] = [line.slice(0, colon), line.slice(colon + 1)];
    if ([name, title].some((known) => known?.toLowerCase() === label.trim().toLowerCase()))
      return text.trim();
  }
  return undefined;
}

function valueOf({ type, choices }: Field, text: string): Value | undefined {
  const chosen = (one: string): string | undefined =>
    choices.find(({ value, title }) =>
      [value, title].some((known) => known.toLowerCase() === one.trim().toLowerCase()),
    )?.value;
  switch (type) {
    case "string":
      return text;
    case "number":
    case "integer": {
      const number = Number(text);
      return Number.isFinite(number) && (type === "number" || Number.isSafeInteger(number))
        ? number
        : undefined;
    }
    case "boolean": {
      const value = chosen(text);
      return value === undefined ? undefined : value === "true";
    }
    case "choice":
      return chosen(text);
    case "choices": {
      const all = text.split(",").map(chosen);
      return all.every((one) => one !== undefined) ? all : undefined;
    }
    default:
      return type satisfies never;
  }
}
