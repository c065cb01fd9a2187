// What people in Teams do, as activities: they write, mention, edit, delete, click and answer.

import type { Clock } from "../../../src/base/clock.ts";
import type { ConnectorState } from "./connector.ts";
import type { Delivered, FakeTeams, SaidMessage } from "./fake-teams.ts";
import { cast, type FakePerson, type Json, personalChat, teamsIds } from "./state.ts";

export interface SaidByPerson {
  /** As Teams calls it, with the thread in a channel. */
  readonly conversation: string;
  readonly id: string;
  readonly activity: Json;
  readonly delivered: Delivered;
}

export interface Saying {
  /** The conversation of an earlier message in the thread. */
  readonly in?: string;
  readonly file?: { readonly name: string; readonly content: Buffer | string };
  readonly also?: Json;
}

export interface TeamsPersona {
  readonly who: FakePerson;
  readonly chat: string;
  mentions(conversation: string, text: string, saying?: Saying): Promise<SaidByPerson>;
  says(conversation: string, text: string, saying?: Saying): Promise<SaidByPerson>;
  edits(said: SaidByPerson, text: string): Promise<Delivered>;
  deletes(said: SaidByPerson): Promise<Delivered>;
  /** Clicks what is called so in the card, `fill`ing its fields. The invoke activity can be delivered again. */
  clicks(
    conversation: string,
    message: SaidMessage,
    label: string,
    fill?: Json,
  ): Promise<Delivered & { readonly activity: Json }>;
  invokes(
    conversation: string,
    name: string,
    value: unknown,
    replyToId?: string,
  ): Promise<Delivered & { readonly activity: Json }>;
  /** The app is added where they are. */
  installs(conversation: string): Promise<Delivered>;
  uninstalls(conversation: string): Promise<Delivered>;
}

export function createPersons(fake: FakeTeams, state: ConnectorState, clock: Clock) {
  let count = 0;
  const nextId = (): string => String(1_690_000_000_000 + (count += 1));
  const base = (who: FakePerson, conversation: string): Json => ({
    channelId: "msteams",
    serviceUrl: fake.serviceUrl,
    timestamp: new Date(clock.now()).toISOString(),
    localTimezone: "Europe/Prague",
    locale: "en-GB",
    from: { id: who.id, name: who.name, aadObjectId: who.aadObjectId },
    recipient: { id: `28:${teamsIds.app}`, name: "Deputy" },
    conversation: {
      id: conversation,
      tenantId: teamsIds.tenant,
      conversationType: typeOf(conversation),
      ...(typeOf(conversation) !== "personal" && { isGroup: true }),
    },
    channelData: {
      tenant: { id: teamsIds.tenant },
      ...(typeOf(conversation) === "channel" && { team: { id: teamsIds.general } }),
    },
    entities: [
      { type: "clientInfo", locale: "en-GB", country: "CZ", platform: "Web", timezone: "Europe/Prague" },
    ],
  });
  const attached = ({ file }: Saying): Json => {
    if (file === undefined) return {};
    const name = `${nextId()}-${file.name}`;
    state.files.set(name, Buffer.from(file.content));
    const content = {
      downloadUrl: `${fake.url}/files/${encodeURIComponent(name)}`,
      uniqueId: name,
      fileType: "bin",
    };
    return {
      attachments: [
        {
          contentType: "application/vnd.microsoft.teams.file.download.info",
          contentUrl: content.downloadUrl,
          name: file.name,
          content,
        },
      ],
    };
  };

  return (aadObjectId: string): TeamsPersona => {
    const who = cast.find((one) => one.aadObjectId === aadObjectId);
    if (!who) throw new Error(`There is nobody ${aadObjectId}`);
    const chat = personalChat(aadObjectId);
    const say = async (place: string, words: Json, saying: Saying): Promise<SaidByPerson> => {
      const id = nextId();
      state.conversations.add(place.split(";")[0] ?? "");
      const conversation = saying.in ?? (typeOf(place) === "channel" ? `${place};messageid=${id}` : place);
      const activity = {
        ...base(who, conversation),
        type: "message",
        id,
        textFormat: "plain",
        ...words,
        ...attached(saying),
        ...saying.also,
      };
      state.activities.push({
        id,
        conversation: `people ${conversation}`,
        activity,
        reactions: [],
        edits: [],
        deleted: false,
      });
      return { conversation, id, activity, delivered: await fake.deliverLasting(activity) };
    };
    const invokes: TeamsPersona["invokes"] = async (conversation, name, value, replyToId) => {
      const activity = {
        ...base(who, conversation),
        type: "invoke",
        id: nextId(),
        name,
        value,
        ...(replyToId === undefined ? {} : { replyToId }),
      };
      return { ...(await fake.invoke(activity)), activity };
    };
    return {
      who,
      chat,
      says: (place, text, saying = {}) => say(place, { text }, saying),
      mentions(place, text, saying = {}) {
        const at = "<at>Deputy</at>";
        const mention = {
          type: "mention",
          mentioned: { id: `28:${teamsIds.app}`, name: "Deputy" },
          text: at,
        };
        const { entities } = base(who, place);
        return say(
          place,
          { text: `${at} ${text}`, entities: [...(Array.isArray(entities) ? entities : []), mention] },
          saying,
        );
      },
      edits: ({ activity }, text) =>
        fake.deliverLasting({
          ...activity,
          type: "messageUpdate",
          text,
          timestamp: new Date(clock.now() + 1_000).toISOString(),
          channelData: { ...asJson(activity["channelData"]), eventType: "editMessage" },
        }),
      deletes: ({ activity }) =>
        fake.deliverLasting({
          ...activity,
          type: "messageDelete",
          text: undefined,
          channelData: { ...asJson(activity["channelData"]), eventType: "softDeleteMessage" },
        }),
      async clicks(conversation, message, label, fill = {}) {
        const action = controlIn(message.activity, label);
        if (!action)
          throw new Error(
            `There is no button ${label} in ${JSON.stringify(message.activity).slice(0, 2_000)}`,
          );
        if (action["type"] === "Action.Submit") {
          return invokes(
            conversation,
            "task/fetch",
            { data: { ...asJson(action["data"]), ...fill } },
            message.id,
          );
        }
        const { verb, data } = action;
        const value = {
          action: { type: "Action.Execute", verb, data: { ...asJson(data), ...fill } },
          trigger: "manual",
        };
        return invokes(conversation, "adaptiveCard/action", value, message.id);
      },
      invokes,
      installs: async (conversation) => {
        state.conversations.add(conversation);
        return fake.deliverLasting({
          ...base(who, conversation),
          type: "installationUpdate",
          action: "add",
          id: nextId(),
        });
      },
      uninstalls: async (conversation) => {
        const delivered = await fake.deliverLasting({
          ...base(who, conversation),
          type: "installationUpdate",
          action: "remove",
          id: nextId(),
        });
        state.conversations.delete(conversation);
        return delivered;
      },
    };
  };
}

function typeOf(conversation: string): string {
  if (conversation.includes("tacv2")) return "channel";
  return conversation.startsWith("19:") ? "groupChat" : "personal";
}

/** By its title; what is inside a card that a button shows counts too, under the title of that button. */
function controlIn(value: unknown, label: string): Json | undefined {
  if (Array.isArray(value)) return value.map((one) => controlIn(one, label)).find((one) => one !== undefined);
  if (typeof value !== "object" || value === null) return undefined;
  const node: Json = { ...value };
  if (node["title"] === label && node["type"] === "Action.ShowCard") return firstExecute(node["card"]);
  const type = node["type"];
  if (node["title"] === label && (type === "Action.Execute" || type === "Action.Submit")) return node;
  return controlIn(Object.values(node), label);
}

function firstExecute(value: unknown): Json | undefined {
  if (Array.isArray(value)) return value.map(firstExecute).find((one) => one !== undefined);
  if (typeof value !== "object" || value === null) return undefined;
  const node: Json = { ...value };
  return node["type"] === "Action.Execute" ? node : firstExecute(Object.values(node));
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
