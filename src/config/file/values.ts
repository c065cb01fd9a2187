// Values that several parts of the configuration file share. Messages follow "FILE, line N, key: ".

import { z } from "zod";
import { Secret } from "../../base/secret.ts";
import { PersonKeySchema } from "../../domain/person.ts";
import { formatDuration, parseDuration } from "../duration.ts";
import { webAddress } from "../text-schemas.ts";

/** Prefix by which `zod-problems.ts` knows the message that lists the keys of a block. */
export const knownKeysPrefix = "known keys: ";

/** An object of exactly these keys; another one is a problem that lists them. */
export function block<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).join(",");
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code === "unrecognized_keys") return `${knownKeysPrefix}${keys}`;
      return issue.code === "invalid_type" ? expected("a block of keys", issue.input) : undefined;
    },
  });
}

export function text(what: string): z.ZodString {
  return z
    .string({ error: (issue) => expected(what, issue.input) })
    .min(1, `expected ${what}, but it is empty`);
}

/** A number that may have come as text from `${NAME}`. */
export function amount(what: string): z.ZodType<number> {
  return z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d+(\.\d+)?$/)
          .transform(Number),
      ],
      {
        error: (issue) => expected(what, issue.input),
      },
    )
    .pipe(z.number().finite());
}

export function positive(what: string): z.ZodType<number> {
  return amount(what).refine((value) => value > 0, `expected ${what} above 0`);
}

export function wholePositive(what: string): z.ZodType<number> {
  return amount(what).refine((value) => Number.isSafeInteger(value) && value > 0, `expected ${what} above 0`);
}

/** `true` or `false`, also as text from `${NAME}`. */
export const yesNo = z
  .union([z.boolean(), z.enum(["true", "false"])], {
    error: (issue) => expected("true or false", issue.input),
  })
  .transform((value) => value === true || value === "true");

export function choice<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodType<Words[number]> {
  return z.enum(words, {
    error: (issue) => `${expected(`one of ${words.join(", ")}`, issue.input)}`,
  });
}

export function listOf<Item extends z.ZodType>(item: Item, what: string): z.ZodArray<Item> {
  return z.array(item, { error: (issue) => expected(`a list of ${what}`, issue.input) });
}

/** Names that become part of tool names, paths and addresses. */
export const name = text("a name").regex(
  /^[a-z0-9][a-z0-9_-]{0,62}$/i,
  "expected a name of letters, digits, - and _",
);

export function named<Value extends z.ZodType>(value: Value): z.ZodRecord<typeof name, Value> {
  return z.record(name, value, {
    error: (issue) =>
      issue.code === "invalid_key"
        ? "expected a name of letters, digits, - and _"
        : expected("a block with a name for each entry", issue.input),
  });
}

/** Milliseconds, from `30m`. */
export function span(min: string, max: string): z.ZodType<number> {
  const what = "a duration such as 30m, 24h or 365d";
  const [minMs, maxMs] = [parseDuration(min) ?? 0, parseDuration(max) ?? 0];
  return text(what).transform((value, context) => {
    const ms = parseDuration(value);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue(
      ms === undefined
        ? expected(what, value)
        : `expected a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, but it is "${value}"`,
    );
    return z.NEVER;
  });
}

export const person = z
  .string({ error: (issue) => expected("a person as platform:organisation:user", issue.input) })
  .pipe(PersonKeySchema);

/** Never printed, whether it is written here or comes from `${NAME}`. */
export const secret = z
  .string({ error: "expected text; put it in quotes" })
  .min(1, "is empty; leave it out or give the secret")
  .transform((value) => new Secret(value));

export const address = text("an address such as https://host.example").pipe(
  webAddress({ httpAnywhere: false }),
);

export const clockTime = text("a time such as 18:00").regex(
  /^([01]\d|2[0-3]):[0-5]\d$/,
  "expected a time such as 18:00",
);

export const timeZone = text("a time zone such as Europe/Prague").refine(
  isTimeZone,
  "expected a time zone such as Europe/Prague",
);

function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone !== "";
  } catch {
    return false; // Intl throws for a zone that it does not know
  }
}

/** `expected X, but it is Y`, and what to do where YAML has read text as something else. */
export function expected(what: string, input: unknown): string {
  if (input === undefined) return `is missing; expected ${what}`;
  return `expected ${what}, but it is ${shown(input)}${quotesHint(what, input)}`;
}

/** As a message shows a value: short, and never the inside of a list or block. */
export function shown(input: unknown): string {
  if (input === null) return "empty";
  if (Array.isArray(input)) return "a list";
  if (typeof input === "object") return "a block of keys";
  const plain = typeof input === "string" ? `"${input}"` : `${JSON.stringify(input)}`;
  return plain.length > 60 ? `${plain.slice(0, 57)}...` : plain;
}

function quotesHint(what: string, input: unknown): string {
  const wantsText = !/number|true|block|list|dollars|steps|hours|tokens/.test(what);
  return wantsText && (typeof input === "number" || typeof input === "boolean") ? "; put it in quotes" : "";
}
