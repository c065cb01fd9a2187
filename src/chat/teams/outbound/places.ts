// Where a conversation is for the connector: service URL, conversation and who is in it. A personal chat that is not
// there yet is opened (T-M11).

import { z } from "zod";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import { ChatError } from "../../errors.ts";
import type { TeamsDeps, TeamsPlace } from "../deps.ts";
import { conversationId, teamsPerson } from "../inbound/home.ts";
import type { Connector } from "./connector.ts";

export interface Spot {
  readonly place: TeamsPlace;
  /** As Teams calls it, with its thread in a channel. */
  readonly conversation: string;
}

export interface Places {
  of(at: ConversationAddress): Promise<Spot>;
  /** The personal chat with somebody. Rejects where it can't be had. */
  personal(key: PersonKey): Promise<Spot>;
  gone(spot: Spot): Promise<void>;
}

const Opened = z.object({ id: z.string().min(1) });

type PlacesDeps = Pick<TeamsDeps, "settings" | "references"> & { readonly connector: Connector };

export function createPlaces({ settings, references, connector }: PlacesDeps): Places {
  const known = async (conversation: string): Promise<TeamsPlace> => {
    const place = await references.place(conversation);
    if (place === undefined) throw nowhere();
    if (place.gone === true) throw removed();
    return place;
  };
  const open = async (key: PersonKey): Promise<Spot> => {
    const through = await references.anyPlace();
    if (through === undefined) throw nowhere();
    const person = await references.person(key);
    const id = person?.userId ?? key.split(":").slice(2).join(":");
    const { serviceUrl, bot } = through;
    const answer = await connector.call({
      method: "POST",
      serviceUrl,
      path: "conversations",
      what: "opening a personal chat",
      body: {
        bot: { id: bot.id },
        members: [{ id }],
        isGroup: false,
        tenantId: settings.tenantId,
        channelData: { tenant: { id: settings.tenantId } },
      },
    });
    const conversation = Opened.parse(answer).id;
    const place: TeamsPlace = { conversation, kind: "dm", serviceUrl, bot };
    await references.savePlace(place);
    await references.savePerson({ key, userId: id, personal: conversation });
    return { place, conversation };
  };
  const personal = async (key: PersonKey): Promise<Spot> => {
    const chat = (await references.person(key))?.personal;
    const place = chat === undefined ? undefined : await references.place(chat);
    if (place?.gone === true) throw removed();
    return place === undefined ? open(key) : { place, conversation: place.conversation };
  };
  return {
    personal,
    async of(at) {
      if (at.kind === "dm" && at.thread === `~${at.channel}`) {
        return personal(teamsPerson(settings.tenantId, at.channel));
      }
      return { place: await known(at.channel), conversation: conversationId(at) };
    },
    gone: ({ place }) => references.gone(place.conversation),
  };
}

function nowhere(): ChatError {
  return new ChatError(
    "chat.not_found",
    "The app was never told of this conversation in Teams. Add it there, or write to it once.",
    { fate: "refused", noPlace: true },
  );
}

function removed(): ChatError {
  return new ChatError("chat.refused", "The app was removed from this conversation in Teams.", {
    fate: "refused",
    noPlace: true,
  });
}
