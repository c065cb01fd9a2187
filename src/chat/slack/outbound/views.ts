// Forms over a conversation and a person's own page: views of Slack's.

import type { ModalView } from "@slack/types";
import type { HomePage } from "../../../domain/home-page.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import type { ModalToOpen } from "../inbound/edges.ts";
import { renderHome } from "../render/home-view.ts";
import { answerModal, askModal, feedbackModal } from "../render/modals.ts";
import { slackUser } from "./address.ts";
import type { SlackApi } from "./slack-api.ts";

/** To be called at once: the trigger lives for three seconds (S-M12). */
export async function openModal(api: SlackApi, modal: ModalToOpen): Promise<void> {
  const { teamId: team, triggerId } = modal;
  await api.call({ team, method: "views.open" }, (client) =>
    client.views.open({ trigger_id: triggerId, view: modalView(modal) }),
  );
}

export async function publishHome(
  api: SlackApi,
  apiUrl: string,
  { person, page }: { readonly person: PersonKey; readonly page: HomePage },
): Promise<void> {
  const { organisation: team, user } = slackUser(person);
  const view = renderHome(page, { thread: ({ channel }) => channelLink(apiUrl, team, channel) });
  await api.call({ team, method: "views.publish" }, (client) =>
    client.views.publish({ user_id: user, view }),
  );
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
