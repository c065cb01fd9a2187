// Checks of setting texts. Each message says what was expected, so that it can follow the value in a sentence.

import { z } from "zod";
import { type DurationUnit, formatDuration, parseDuration } from "./duration.ts";

export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
}

/** Milliseconds. `unit` is that of a plain number. */
export function duration(unit: DurationUnit, min: string, max: string): z.ZodType<number, string> {
  const minMs = parseDuration(min) ?? 0;
  const maxMs = parseDuration(max) ?? Number.MAX_SAFE_INTEGER;
  const expected = `expected a duration from ${formatDuration(minMs)} to ${formatDuration(maxMs)}, such as 90s, 30m or 24h`;
  return z.string().transform((text, context) => {
    const ms = parseDuration(text, unit);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue(expected);
    return z.NEVER;
  });
}

/** How a duration is printed: a plain number would be taken in the unit of the setting's name. */
export function shownDuration(value: unknown): string {
  return typeof value === "number" ? formatDuration(value) : String(value);
}

export function oneOf<const Words extends readonly [string, ...string[]]>(
  words: Words,
): z.ZodType<Words[number], string> {
  return z.string().pipe(z.enum(words, { error: `expected one of ${words.join(", ")}` }));
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** A web address without user, query or fragment, and without a slash at the end. */
export function webAddress(options: { readonly httpAnywhere: boolean }): z.ZodType<string, string> {
  return z.string().transform((text, context) => {
    const problem = webAddressProblem(text, options.httpAnywhere);
    if (problem === undefined) return text.replace(/\/+$/, "");
    context.addIssue(problem);
    return z.NEVER;
  });
}

function webAddressProblem(text: string, httpAnywhere: boolean): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    return "expected an address such as https://host.example";
  }
  if (url.protocol === "http:" && !httpAnywhere && !loopback.test(url.hostname)) {
    return "expected https; plain http is for this machine only";
  }
  if (url.username !== "" || url.password !== "") return "expected an address without user and password";
  if (url.search !== "" || url.hash !== "") return "expected an address without ? and #";
  return undefined;
}

const hostName = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
const withPort = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/;

/** A comma list of `host:port` in lower case; the port may be left out where `portOptional`. */
export function hostList(options: { readonly portOptional: boolean }): z.ZodType<readonly string[], string> {
  const example = options.portOptional ? "host or host:port" : "host:port";
  return z.string().transform((text, context) => {
    const entries = listOf(text.toLowerCase());
    const wrong = entries.find((entry) => !isHostPort(entry, options.portOptional));
    if (wrong === undefined) return entries;
    context.addIssue(`expected a comma list of ${example}, but one entry is "${wrong}"`);
    return z.NEVER;
  });
}

function isHostPort(entry: string, portOptional: boolean): boolean {
  const [, host = "", port] = withPort.exec(entry) ?? [];
  if (port === undefined ? !portOptional : Number(port) < 1 || Number(port) > 65_535) return false;
  return host.startsWith("[") ? URL.canParse(`http://${host}`) : hostName.test(host);
}

/** The entries of a comma list, trimmed, blanks left out. */
export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** An address whose user and password are secret; the message never repeats it. */
export function secretAddress(protocols: readonly string[], expected: string): z.ZodType<string, string> {
  return z.string().refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && protocols.includes(url.protocol) && url.hostname !== "";
  }, expected);
}

/** `postgres://host:5432/name` of an address with user and password. */
export function addressWithoutUser(text: string): string {
  if (!URL.canParse(text)) return "";
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}
