// Where a call would send something: addresses in its arguments (TNT-4).
//
//   DE1  An address is one whatever member it stands in; the value of a member that names a destination is one whatever it looks
//        like.
//   DE2  The same address is the same value however it is written: case, a trailing dot, spaces in an account number.
//   DE3  A text is looked through in time that grows with its length alone: it may be a stranger's.

import { withoutEnding } from "../base/without-ending.ts";

export const destinationKinds = ["email", "url", "account", "id", "name"] as const;
export type DestinationKind = (typeof destinationKinds)[number];

export interface Destination {
  readonly kind: DestinationKind;
  /** As two of them are compared. */
  readonly value: string;
  /** As it stands in the arguments. */
  readonly shown: string;
}

/** Found by its `@`, looking back from there (DE3). What stands before one may be the end of another. */
const email = /(?=@)(?<=([\p{L}\p{N}._%+'-]+))@(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}/gu;
const url = /\b(?:https?|wss?|ftp):\/\/[^\s<>"'`\\^{}|]+/giu;
/** Without a scheme, as people write them. */
const bareHost =
  /(?<![\p{L}\p{N}@._/-])(?:www\.[\p{L}\p{N}.-]+|(?:[\p{L}\p{N}-]+\.)+(?:com|net|org|io|example|dev|app|info|biz|co))(?:\/[^\s<>"'`]*)?(?![\p{L}\p{N}])/giu;
const iban = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{2,4}){3,8}\b/gu;
const slackId = /\b(?=[A-Z]*\d)[CUDGWTB][A-Z0-9]{8,12}\b/gu;

/** Members whose whole value is where it goes. */
const destinationMembers =
  /^(?:to|cc|bcc|recipients?|attendees?|participants?|invitees?|members?|emails?|e_?mail_?address(?:es)?|users?(?:_?(?:id|name|email))?|channels?(?:_?(?:id|name))?|accounts?(?:_?(?:id|number))?|iban|bic|beneficiary|payee|repos?(?:itory)?|owner|urls?|webhooks?(?:_?url)?|callbacks?(?:_?url)?|endpoint|hosts?|domain|share_?with|shared_?with|target|destination|address|phone(?:_?number)?)$/u;

/** Every one once, in the order in which they stand. */
export function destinationsIn(args: unknown): Destination[] {
  const found = new Map<string, Destination>();
  collect(args, "", (destination) => {
    const key = `${destination.kind} ${destination.value}`;
    if (!found.has(key)) found.set(key, destination);
  });
  return [...found.values()];
}

/** As they stand in the arguments. */
export function shownIn(args: unknown): string[] {
  return destinationsIn(args).map(({ shown }) => shown);
}

function collect(value: unknown, member: string, add: (destination: Destination) => void): void {
  if (typeof value === "string") return collectText(value, member, add);
  if (typeof value === "number") return collectText(String(value), member, add);
  if (Array.isArray(value)) {
    for (const item of value) collect(item, member, add);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      for (const destination of addressesIn(key)) add(destination);
      collect(item, key, add);
    }
  }
}

function collectText(text: string, member: string, add: (destination: Destination) => void): void {
  const inText = addressesIn(text);
  for (const destination of inText) add(destination);
  if (inText.length === 0 && isDestination(member) && text.trim() !== "") add(named(text));
}

function isDestination(member: string): boolean {
  return destinationMembers.test(member.replace(/(?<=[a-z])(?=[A-Z])/gu, "_").toLowerCase());
}

function named(shown: string): Destination {
  return { kind: "name", value: comparable(shown), shown };
}

/** Addresses that a text holds. */
export function addressesIn(text: string): Destination[] {
  const all = (pattern: RegExp, kind: DestinationKind): Destination[] =>
    [...text.matchAll(pattern)].map(([shown]) => as(kind, shown));
  const emails = [...text.matchAll(email)].map(([host, local = ""]) => as("email", `${local}${host}`));
  const hosts = [...withoutEmails(text.replace(url, " ")).matchAll(bareHost)].map(
    ([shown]): Destination => ({ ...as("url", `https://${shown}`), shown: trimmed(shown) }),
  );
  return [...emails, ...all(url, "url"), ...hosts, ...all(iban, "account"), ...all(slackId, "id")];
}

function as(kind: DestinationKind, shown: string): Destination {
  return { kind, value: valueOf(kind, shown), shown: trimmed(shown) };
}

function withoutEmails(text: string): string {
  const left: string[] = [];
  let end = 0;
  for (const { index, 0: host, 1: local = "" } of text.matchAll(email)) {
    left.push(text.slice(end, Math.max(end, index - local.length)));
    end = index + host.length;
  }
  return [...left, text.slice(end)].join(" ");
}

function valueOf(kind: DestinationKind, shown: string): string {
  if (kind === "url") return exactUrl(shown) ?? comparable(trimmed(shown));
  if (kind === "account") return shown.replace(/[ -]/gu, "");
  return comparable(trimmed(shown));
}

/** The end of a sentence is no part of an address. */
function trimmed(shown: string): string {
  return withoutEnding(shown, `.,;:!?)]}>*_'"`);
}

function comparable(text: string): string {
  return text.normalize("NFKC").trim().toLowerCase().replace(/\s+/gu, " ");
}

/** As it would be asked for, without its fragment; undefined for what is no web address. */
export function exactUrl(text: string): string | undefined {
  const address = trimmed(text.trim());
  if (!URL.canParse(address)) return undefined;
  const parsed = new URL(address);
  parsed.hash = "";
  return parsed.href;
}

export function hostOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).hostname.replace(/\.$/u, "") : undefined;
}
