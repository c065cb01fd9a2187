// What a person did, as the gateway hears it. The same record always gives the same event, whenever it is delivered.

import type { ConversationAddress } from "../../domain/conversation.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { InboundEvent, InboundFile } from "../../domain/inbound.ts";
import type { Person } from "../../domain/person.ts";
import { findLocalChannel, findLocalPerson, localPlatformName, localTenant, toPerson } from "./cast.ts";
import { parseMentions } from "./mentions.ts";
import type { HeardRecord, LocalFile } from "./records.ts";

/** Place of the message that the record is about. */
export interface MessagePlace {
  readonly channel: string;
  readonly thread: string;
}

export function toInbound(record: HeardRecord, place: MessagePlace, agentName: string): InboundEvent {
  const heard = {
    eventId: record.event,
    conversation: toAddress(place),
    author: author(record.author),
    sentAt: record.at,
  };
  switch (record.type) {
    case "said": {
      const said = parseMentions(record.text, agentName);
      const { text, mentionsAgent } = said;
      const files = record.files.map(toInboundFile);
      return {
        ...heard,
        kind: "message",
        messageId: record.message,
        text,
        mentionsAgent,
        mentions: [...said.mentions],
        files,
      };
    }
    case "reworded":
      return {
        ...heard,
        kind: "edited",
        messageId: record.message,
        text: parseMentions(record.text, agentName).text,
      };
    case "removed":
      return { ...heard, kind: "deleted", messageId: record.message };
    case "clicked": {
      const { action, value, text } = record;
      return { ...heard, kind: "action", action, value, ...(text !== undefined && { text }) };
    }
    default:
      return record satisfies never;
  }
}

/** A thread is a conversation; in a direct line, too (ux c.12). */
export function toAddress({ channel, thread }: MessagePlace): ConversationAddress {
  const kind = findLocalChannel(channel)?.kind ?? "channel";
  return { platform: localPlatformName, tenant: localTenant, kind, channel, thread };
}

function toInboundFile({ id, name, mimeType, sizeBytes }: LocalFile): InboundFile {
  return { id, name, sizeBytes, ref: id, ...(mimeType !== undefined && { mimeType }) };
}

function author(key: PersonKey): Person {
  const person = findLocalPerson(key);
  return person ? toPerson(person) : { key, name: key, kind: "member" };
}
