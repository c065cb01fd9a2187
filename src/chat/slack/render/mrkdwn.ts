// Slack's own markup, for the words around the agent's: mentions, dates, links. The agent's prose is not written in it.
//
//   MK1  Every text of others goes through `foreign`; elements are `verbatim`, so that Slack looks for nothing in them.
//   MK2  Who is mentioned is decided by the message's `mention` alone (ux c.0 rules 10 and 11).

import type { MrkdwnElement, PlainTextElement } from "@slack/types";
import type { PersonKey } from "../../../domain/ids.ts";
import { withoutLinks } from "../../prose/addresses.ts";
import type { RenderPlace } from "./slack-message.ts";

export function escapeMrkdwn(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A text of others as words: nothing in it calls, links or is read as markup of Slack's. */
export function foreign(text: string): string {
  return escapeMrkdwn(withoutLinks(text, undefined));
}

/** `text` is markup already. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
}

export function plain(text: string): PlainTextElement {
  return { type: "plain_text", text };
}

/** Calls a person of this workspace or its organisation; anybody else is named. */
export function mention(key: PersonKey | undefined, name: string, to: RenderPlace): string {
  const [platform, organisation = "", user = ""] = key?.split(":") ?? [];
  const here = organisation === to.team || [organisation, to.team].some((id) => id.startsWith("E"));
  return platform === "slack" && here && /^[UW]\w*$/.test(user) ? `<@${user}>` : foreign(name);
}

/** In the reader's own zone (S-M22). */
export function localDate(ms: number): string {
  const utc = new Date(ms).toISOString().slice(0, 16).replace("T", " ");
  return `<!date^${Math.floor(ms / 1000)}^{date_short_pretty} {time}|${utc} UTC>`;
}

/** Times that are written in UTC, shown in the reader's own zone. `escaped` is markup already. */
export function withLocalDates(escaped: string): string {
  return escaped.replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (written, day: string, time: string) => {
    const ms = Date.parse(`${day}T${time}:00Z`);
    return Number.isNaN(ms) ? written : localDate(ms);
  });
}

/** `url` is ours, never the agent's. */
export function link(url: string, label: string): string {
  return `<${encodeURI(decodeURI(url)).replaceAll("|", "%7C")}|${foreign(label)}>`;
}
