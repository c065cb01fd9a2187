// What a message says and brings along: its text with what was forwarded in it, whom it mentions, its files.

import type { InboundFile } from "../../../domain/inbound.ts";
import { marksPassedOn, quotedWords } from "../../../domain/passed-on.ts";
import type { Person } from "../../../domain/person.ts";
import { withoutLinks } from "../../prose/addresses.ts";
import { fileRef } from "../outbound/file-ref.ts";
import type { SlackHome } from "./home.ts";
import { mentionedIn, toMarkdown, withoutMention } from "./message-text.ts";
import type { People } from "./people.ts";
import type { SlackFile, SlackMessage } from "./shapes.ts";

interface Said {
  readonly text: string;
  readonly mentionsAgent: boolean;
  readonly mentions: Person["key"][];
  /** Strangers whose words are passed on in it (PW1). */
  readonly passedOn?: string[];
}

export async function readText(people: People, home: SlackHome, message: SlackMessage): Promise<Said> {
  const { botUserId } = home.installation;
  const mentioned = mentionedIn(message.text);
  const others = mentioned.filter(({ id }) => id !== botUserId);
  const persons = new Map<string, Person>();
  await Promise.all(
    others.map(async ({ id, label }) => persons.set(id, await people.named(home, id, label))),
  );
  // Whoever is mentioned has chosen their name: an address in it is none that the author gave.
  const nameOf = (id: string): string =>
    withoutLinks(persons.get(id.split("|")[0] ?? "")?.name ?? id, undefined);
  const shared = await Promise.all(
    forwardedIn(message).map(async ({ text = "", author_id: id, author_name: name }) => ({
      text: quotedWords(toMarkdown(text, nameOf), name),
      by: marksPassedOn(id === undefined ? undefined : await people.named(home, id), name),
    })),
  );
  const strangers = [...shared.map(({ by }) => by), ...(await ownersOf(people, home, message))];
  const passedOn = [...new Set(strangers.flat())];
  return {
    text: [toMarkdown(withoutMention(message.text, botUserId), nameOf), ...shared.map(({ text }) => text)]
      .filter((part) => part !== "")
      .join("\n\n"),
    mentionsAgent: others.length < mentioned.length,
    mentions: [...persons.values()].map(({ key }) => key),
    ...(passedOn.length > 0 ? { passedOn } : {}),
  };
}

/** Marks of files that somebody else had put into Slack. */
function ownersOf(
  people: People,
  home: SlackHome,
  { user: author, files = [] }: SlackMessage,
): Promise<string[][]> {
  const others = files.flatMap(({ user, name }) =>
    user === undefined || user === author ? [] : [{ user, name }],
  );
  return Promise.all(
    others.map(async ({ user, name }) => marksPassedOn(await people.named(home, user), name)),
  );
}

/** Messages that were shared into this one. */
function forwardedIn({ attachments = [] }: SlackMessage) {
  return attachments.filter(({ is_share, text }) => is_share === true && text !== undefined);
}

/** Deleted files and files of other services are not there to be fetched. */
export function toInboundFiles({ installation }: SlackHome, files: readonly SlackFile[] = []): InboundFile[] {
  return files
    .filter(
      ({ mode, is_external }) => mode !== "tombstone" && mode !== "hidden_by_limit" && is_external !== true,
    )
    .map(({ id, name, title, mimetype, size, url_private_download, url_private }) => ({
      id,
      name: name ?? title ?? id,
      ...(mimetype === undefined ? {} : { mimeType: mimetype }),
      sizeBytes: size ?? 0,
      ref: fileRef(installation.teamId, url_private_download ?? url_private ?? id),
    }));
}
