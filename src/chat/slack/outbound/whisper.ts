// Words for one person only (S-M13): under the conversation where Slack can, else in direct messages.
//
//   WH1  What is said privately is never said in a channel, whatever fails on the way.

import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { Outgoing } from "../../../domain/outbox.ts";
import { slackUser } from "./address.ts";
import { metadataType } from "./own-messages.ts";
import type { Places, SlackPlace } from "./places.ts";
import { type Contents, forNew, inSomeForm, quietly } from "./rendered.ts";
import type { SlackApi } from "./slack-api.ts";
import { isPlainRefusal } from "./slack-errors.ts";

export interface WhisperDeps {
  readonly api: SlackApi;
  readonly places: Places;
}

export interface Whispering {
  readonly at: ConversationAddress;
  readonly to: PersonKey;
  readonly message: Outgoing;
}

export async function whisper(deps: WhisperDeps, { at, to, message }: Whispering): Promise<void> {
  const { api, places } = deps;
  const place = await places.of(at);
  const { user } = slackUser(to);
  const say = (there: SlackPlace): Promise<void> =>
    inSomeForm(message, place.team, (contents) => post(api, there, message.kind, contents));
  // Slack takes an ephemeral message in a DM and shows it to nobody.
  if (at.kind === "dm") return say(place);
  const showOnce = (): Promise<void> =>
    inSomeForm(message, place.team, (contents) => show(api, place, user, contents));
  const sayDirectly = async (): Promise<void> =>
    say({ ...place, channel: await places.directMessages(place.team, user), thread: undefined });
  await orElse(showOnce, () =>
    orElse(sayDirectly, () => post(api, place, "notice", askForDirectMessage(user))),
  );
}

async function orElse(first: () => Promise<void>, second: () => Promise<void>): Promise<void> {
  try {
    await first();
  } catch (error) {
    if (!isPlainRefusal(error)) throw error;
    await second();
  }
}

async function show(api: SlackApi, place: SlackPlace, user: string, contents: Contents): Promise<void> {
  const { team, channel, thread } = place;
  await api.call({ team, method: "chat.postEphemeral" }, (client) =>
    client.chat.postEphemeral({
      channel,
      user,
      ...(thread !== undefined && { thread_ts: thread }),
      ...forNew(contents),
      link_names: false,
    }),
  );
}

async function post(
  api: SlackApi,
  { team, channel, thread }: SlackPlace,
  kind: Outgoing["kind"],
  contents: Contents,
): Promise<void> {
  await api.call({ team, method: "chat.postMessage", channel }, (client) =>
    client.chat.postMessage({
      channel,
      ...(thread !== undefined && { thread_ts: thread }),
      ...forNew(contents),
      metadata: { event_type: metadataType, event_payload: { kind } },
      ...quietly,
    }),
  );
}

/** Says nothing of what there is to say (WH1). */
function askForDirectMessage(user: string): Contents {
  const text = `<@${user}>, I have a word for you alone and can't reach you. Please send me a direct message.`;
  return { text, blocks: [] };
}
