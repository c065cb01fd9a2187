// What the app's answer to an interaction changes on the person's screen, and posts to `response_url`.

import { refuseBadBlocks } from "../api/method.ts";
import { refuseBadView } from "../api/view-methods.ts";
import { announceChange } from "../delivery/announce.ts";
import { isShape, shapeOf, shapesOf, textOf } from "../shape.ts";
import type { Hub } from "../state/hub.ts";
import { addMessage, changeMessage, deleteMessage, withBlockIds } from "../state/messages.ts";
import { wireMessage } from "../state/wire.ts";
import { channelOf, messageAt, type ResponseUrl, teamOf, type World } from "../state/world.ts";
import type { FakeView, Interaction, Shape } from "../types.ts";

const responseUrlLifeMs = 30 * 60_000;

/** A modal that was submitted: closed, or what `response_action` says. */
export function afterSubmission(world: World, view: FakeView, interaction: Interaction): void {
  if (interaction.warned) return;
  const answer = shapeOf(interaction.body);
  view.errors = {};
  switch (answer["response_action"]) {
    case "errors":
      view.errors = Object.fromEntries(
        Object.entries(shapeOf(answer["errors"])).map(([block, error]) => [block, String(error)]),
      );
      break;
    case "update":
      view.view = newView(answer);
      view.hash = world.nextId("hash");
      break;
    case "push": {
      const id = world.nextId("V");
      const next = { id, previous: view.id, view: newView(answer), hash: world.nextId("hash"), errors: {} };
      world.views.push({ ...view, ...next });
      break;
    }
    case "clear":
      for (const one of world.views) if (one.user === view.user) one.open = false;
      break;
    default:
      view.open = false;
  }
  world.changed();
}

function newView(answer: Shape): Shape {
  const view = shapeOf(answer["view"]);
  refuseBadView(view, "modal");
  return { ...view, blocks: withBlockIds(shapesOf(view["blocks"])) };
}

/** The answer to a command is a message to the person, or to all. */
export function afterCommand(
  hub: Hub,
  it: { readonly user: string; readonly channel: string },
  answer: unknown,
): void {
  const body = typeof answer === "string" ? { text: answer } : answer;
  if (!isShape(body) || (textOf(body["text"]) ?? "") === "") {
    if (!isShape(body) || shapesOf(body["blocks"]).length === 0) return;
  }
  respond(hub, { ...it, message: undefined, thread: undefined, at: 0, uses: 0 }, body);
}

/** Carries out a POST to `response_url`. Returns the error, if it is one. */
export function useResponseUrl(hub: Hub, id: string, body: unknown): string | undefined {
  const place = hub.world.responseUrls.get(id);
  if (!place) return "no_such_url";
  if (place.uses >= 5) return "used_url";
  if (hub.world.clock.now() - place.at > responseUrlLifeMs) return "expired_url";
  if (!isShape(body)) return "invalid_payload";
  place.uses += 1;
  respond(hub, place, body);
  return undefined;
}

function respond(hub: Hub, place: ResponseUrl, body: Shape): void {
  if (body["blocks"] !== undefined) refuseBadBlocks(body["blocks"], "message");
  const said = { text: textOf(body["text"]) ?? "", blocks: shapesOf(body["blocks"]) };
  if (body["delete_original"] === true) deleteOriginal(hub, place);
  else if (body["replace_original"] === true) replaceOriginal(hub, place, said);
  else if (body["response_type"] === "in_channel") {
    const channel = channelOf(hub.world, place.channel);
    const team = teamOf(hub.world, channel.team);
    addMessage(hub.world, channel, { user: team.botUserId, botId: team.botId, ...said });
  } else {
    hub.world.ephemerals.push({
      channel: place.channel,
      user: place.user,
      ts: hub.world.nextTs(),
      thread_ts: textOf(body["thread_ts"]),
      text: said.text,
      blocks: withBlockIds(said.blocks),
      shown: true,
      deleted: false,
    });
  }
  hub.world.changed();
}

function deleteOriginal({ world }: Hub, place: ResponseUrl): void {
  const original = messageAt(world, place.channel, place.message ?? "");
  if (original) deleteMessage(world, channelOf(world, place.channel), original);
  const note = world.ephemerals.find((one) => one.ts === place.message);
  if (note) note.deleted = true;
}

function replaceOriginal(
  hub: Hub,
  place: ResponseUrl,
  said: { readonly text: string; readonly blocks: readonly Shape[] },
): void {
  const { world } = hub;
  const original = messageAt(world, place.channel, place.message ?? "");
  if (original) {
    const before = wireMessage(world, original);
    changeMessage(world, original, said);
    void announceChange(hub, channelOf(world, place.channel), { message: original, before });
  }
  const note = world.ephemerals.find((one) => one.ts === place.message);
  if (note) Object.assign(note, { text: said.text, blocks: withBlockIds(said.blocks) });
}
