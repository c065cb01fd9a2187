// What a message says and brings along: its text with what was forwarded in it, whom it mentions, its files.

import type { InboundFile } from "../../../domain/inbound.ts";
import type { Person } from "../../../domain/person.ts";
import { fileRef } from "../outbound/file-ref.ts";
import type { SlackHome } from "./home.ts";
import { mentionedIn, quoted, toMarkdown, withoutMention } from "./message-text.ts";
import type { People } from "./people.ts";
import type { SlackFile, SlackMessage } from "./shapes.ts";

interface Said {
  readonly text: string;
  readonly mentionsAgent: boolean;
  readonly mentions: Person["key"][];
}

export async function readText(people: People, home: SlackHome, message: SlackMessage): Promise<Said> {
  const { botUserId } = home.installation;
  const mentioned = mentionedIn(message.text);
  const others = mentioned.filter(({ id }) => id !== botUserId);
  const persons = new Map<string, Person>();
  await Promise.all(
    others.map(async ({ id, label }) => persons.set(id, await people.named(home, id, label))),
  );
  const nameOf = (id: string): string => persons.get(id.split("|")[0] ?? "")?.name ?? id;
  return {
    text: [toMarkdown(withoutMention(message.text, botUserId), nameOf), ...forwarded(message, nameOf)]
      .filter((part) => part !== "")
      .join("\n\n"),
    mentionsAgent: others.length < mentioned.length,
    mentions: [...persons.values()].map(({ key }) => key),
  };
}

/** Messages that were shared into this one, quoted. */
function forwarded({ attachments = [] }: SlackMessage, nameOf: (id: string) => string): string[] {
  return attachments
    .filter(({ is_share, text }) => is_share === true && text !== undefined)
    .map(({ text = "", author_name }) => quoted(toMarkdown(text, nameOf), author_name));
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
