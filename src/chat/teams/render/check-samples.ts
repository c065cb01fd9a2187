// Whether what we render keeps the limits of Teams, over one sample of each kind: a check of `deputy doctor`.

import { sampleMessages, samplePage } from "../../samples.ts";
import { placeLink } from "../deep-links.ts";
import { reasonsAgainst } from "./card-limits.ts";
import { renderHome } from "./home-card.ts";
import { plainForm, renderMessage } from "./render-message.ts";
import type { RenderPlace, TeamsMessage } from "./teams-message.ts";

export const samplePlace: RenderPlace = {
  kind: "channel",
  nonce: "sample",
  userId: () => "29:sample",
  detailsUrl: "https://deputy.example/console/runs/run_1",
  fileLink: (name) => `https://deputy.example/teams/files/sample-of-${name.length}`,
};

/** What stands under its request there (T-M9). */
const inGroupChats = ["result", "failure", "notice"].flatMap((name) => {
  const message = sampleMessages[name];
  if (message?.kind !== "result" && message?.kind !== "notice") return [];
  const quote =
    message.kind === "result" ? "Ana: compare the three vendors, please" : "Compare three vendors";
  return [[`${name} in a group chat`, { ...message, quote }] as const];
});

/** Every message of the samples by name, as it would be sent. */
export function samplePayloads(): readonly (readonly [name: string, message: TeamsMessage])[] {
  const messages = Object.entries(sampleMessages);
  return [
    ...messages.map(([name, message]) => [name, renderMessage(message, samplePlace)] as const),
    ...messages.map(([name, message]) => [`${name} in words`, plainForm(message, samplePlace)] as const),
    ...inGroupChats.map(
      ([name, message]) => [name, renderMessage(message, { ...samplePlace, kind: "group" })] as const,
    ),
    ["home", renderHome(samplePage, { nonce: samplePlace.nonce, linkTo: (at) => placeLink(at, "sample") })],
  ];
}

/** One line for each limit that a sample breaks; none is as it should be. */
export function checkSamples(): string[] {
  return samplePayloads().flatMap(([name, message]) =>
    reasonsAgainst(message).map((reason) => `${name}: ${reason}`),
  );
}
