// Forms over a conversation and a person's own page: views of Slack's.

import type { ModalView } from "@slack/types";
import type { ConversationAddress } from "../../../domain/conversation.ts";
import type { HomeItem, HomePage } from "../../../domain/home-page.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { ModalToOpen } from "../inbound/edges.ts";
import { renderHome } from "../render/home-view.ts";
import { answerModal, askModal, feedbackModal } from "../render/modals.ts";
import { ChatError } from "../../errors.ts";
import { slackUser } from "./address.ts";
import type { Places } from "./places.ts";
import type { SlackApi } from "./slack-api.ts";

/** To be called at once: the trigger lives for three seconds (S-M12). */
export async function openModal(api: SlackApi, modal: ModalToOpen): Promise<void> {
  const { teamId: team, triggerId } = modal;
  await api.call({ team, method: "views.open" }, (client) =>
    client.views.open({ trigger_id: triggerId, view: modalView(modal) }),
  );
}

export async function publishHome(
  { api, places, apiUrl }: Pick<Linking, "api" | "places"> & { readonly apiUrl: string },
  { person, page }: { readonly person: PersonKey; readonly page: HomePage },
): Promise<void> {
  const { organisation: team, user } = slackUser(person);
  const cards = await cardLinks({ api, places }, team, page.waiting.items);
  const view = renderHome(page, {
    thread: (at) => cards.get(at) ?? channelLink(apiUrl, team, at.channel),
  });
  await api.call({ team, method: "views.publish" }, (client) =>
    client.views.publish({ user_id: user, view }),
  );
}

interface Linking {
  readonly api: SlackApi;
  readonly places: Places;
}

type At = NonNullable<HomeItem["at"]>;

/** To the very messages that somebody has to decide on. Where Slack gives none, the link is to the channel. */
async function cardLinks(
  linking: Linking,
  team: string,
  items: readonly HomeItem[],
): Promise<ReadonlyMap<At, string>> {
  const links = new Map<At, string>();
  for (const { at } of items) {
    if (at?.message === undefined) continue;
    const link = await permalink(linking, { team, id: at.channel, message_ts: at.message });
    if (link !== undefined) links.set(at, link);
  }
  return links;
}

/** To a message, to the one that begins the thread, or to the channel where Slack gives neither. */
export async function linkTo(
  { apiUrl, ...linking }: Linking & { readonly apiUrl: string },
  at: ConversationAddress,
  messageId?: string,
): Promise<string | undefined> {
  const { team, channel, thread } = await linking.places.of(at);
  const message_ts = messageId ?? thread;
  const message = message_ts === undefined ? undefined : { team, id: channel, message_ts };
  const there = message && (await permalink(linking, message));
  return there ?? channelLink(apiUrl, team, channel);
}

interface MessageAt {
  readonly team: string;
  /** Of its channel, or of the person whose direct messages it is in. */
  readonly id: string;
  readonly message_ts: string;
}

/** Undefined where Slack gives none: of a message that is gone, or now. */
async function permalink(
  { api, places }: Linking,
  { team, id, message_ts }: MessageAt,
): Promise<string | undefined> {
  try {
    const channel = await places.channel(team, id);
    const answer = await api.call({ team, method: "chat.getPermalink", reads: true }, (client) =>
      client.chat.getPermalink({ channel, message_ts }),
    );
    return answer.permalink;
  } catch (error) {
    if (error instanceof ChatError) return undefined;
    throw error;
  }
}

function modalView({ state, about, metadata: privateMetadata }: ModalToOpen): ModalView {
  if (state.for === "ask") return askModal({ about: state.quote, privateMetadata });
  if (state.for === "task") return askModal({ chooseConversation: true, privateMetadata });
  if (state.action === "feedback.down") return feedbackModal(privateMetadata);
  if (state.action === "approval.edit") {
    const title = `Write as JSON what shall be otherwise, e.g. {"to": "…"}. What you leave out stays.\n\n${about ?? ""}`;
    return answerModal({ title, privateMetadata });
  }
  return answerModal({ title: about ?? "In your own words:", privateMetadata });
}

function channelLink(apiUrl: string, team: string, channel: string): string {
  const url = new URL("/app_redirect", apiUrl);
  url.search = new URLSearchParams({ team, channel }).toString();
  return url.href;
}
