// Whether what we render keeps Slack's limits, over one sample of each kind: a check of `deputy doctor`.

import { type Payload, reasonsAgainst } from "./block-limits.ts";
import { renderHome } from "./home-view.ts";
import { answerModal, askModal, feedbackModal } from "./modals.ts";
import { plainForm } from "./plain-form.ts";
import { renderMessage } from "./render-message.ts";
import { sampleMessages, samplePage } from "../../samples.ts";
import type { RenderPlace } from "./slack-message.ts";

export const samplePlace: RenderPlace = {
  team: "T0001",
  detailsUrl: "https://deputy.example/console/runs/run_1",
};

/** Every payload of the samples by name, as it would be sent: also for `blocks.validate`. */
export function samplePayloads(): readonly (readonly [name: string, payload: Payload])[] {
  const messages = Object.entries(sampleMessages);
  const privateMetadata = JSON.stringify({ channel: "C01", thread: "1700000000.000100" });
  return [
    ...messages.map(([name, message]) => [name, renderMessage(message, samplePlace)] as const),
    ...messages.map(([name, message]) => [`${name} in words`, plainForm(message, samplePlace)] as const),
    ["home", renderHome({ ...samplePage, console: "https://deputy.example/console" })],
    ["answer form", answerModal({ title: "Which region?", privateMetadata })],
    ["feedback form", feedbackModal(privateMetadata)],
    ["task form", askModal({ chooseConversation: true, privateMetadata })],
    ["task form about a message", askModal({ about: "The numbers of March", privateMetadata })],
  ];
}

/** One line for each limit that a sample breaks; none is as it should be. */
export function checkSamples(): string[] {
  return samplePayloads().flatMap(([name, payload]) =>
    reasonsAgainst(payload).map((reason) => `${name}: ${reason}`),
  );
}
