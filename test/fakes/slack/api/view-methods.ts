// views.open, push, update and publish: modals by trigger, home pages by person.
//
//   V1  A trigger lives 3 seconds and opens one modal.
//   V2  An update that names an old hash is refused.

import { isShape, lengthOf, shapeOf, shapesOf, textOf } from "../shape.ts";
import { withBlockIds } from "../state/messages.ts";
import { wireView } from "../state/views.ts";
import type { FakeView, Shape } from "../types.ts";
import { argument, type Call, type Method, needed, refuseBadBlocks, SlackRefusal } from "./method.ts";
import { tier4 } from "./rate-limits.ts";

const triggerLifeMs = 3000;

export const viewMethods: Readonly<Record<string, Method>> = {
  "views.open": { token: "bot", limit: tier4, run: (call) => open(call, false) },
  "views.push": { token: "bot", limit: tier4, run: (call) => open(call, true) },
  "views.update": { token: "bot", limit: tier4, run: update },
  "views.publish": { token: "bot", limit: tier4, run: publish },
};

function open(call: Call, push: boolean): Shape {
  const user = pullTrigger(call);
  const view = viewIn(call, "modal");
  const { world } = call;
  const below = world.views.findLast((one) => one.user === user && one.open);
  if (push && !below) throw new SlackRefusal("view_not_found");
  if (!push) for (const one of world.views) if (one.user === user) one.open = false;
  const id = world.nextId("V");
  const made: FakeView = {
    id,
    type: "modal",
    user,
    view,
    hash: newHash(call),
    open: true,
    root: push && below ? below.root : id,
    previous: push ? below?.id : undefined,
    errors: {},
  };
  world.views.push(made);
  return { view: wireView(made, call.team) };
}

function pullTrigger(call: Call): string {
  const { world } = call;
  const trigger = world.triggers.get(
    argument(call, "trigger_id") ?? argument(call, "interactivity_pointer") ?? "",
  );
  if (!trigger) throw new SlackRefusal("invalid_trigger_id");
  if (trigger.used) throw new SlackRefusal("exchanged_trigger_id");
  if (world.clock.now() - trigger.at > triggerLifeMs) throw new SlackRefusal("expired_trigger_id");
  trigger.used = true;
  return trigger.user;
}

function update(call: Call): Shape {
  const id = argument(call, "view_id");
  const external = argument(call, "external_id");
  const found = call.world.views.find((one) =>
    id === undefined ? external !== undefined && one.view["external_id"] === external : one.id === id,
  );
  if (!found?.open) throw new SlackRefusal("not_found");
  const hash = argument(call, "hash");
  if (hash !== undefined && hash !== found.hash) throw new SlackRefusal("hash_conflict");
  found.view = viewIn(call, "modal");
  found.hash = newHash(call);
  return { view: wireView(found, call.team) };
}

function publish(call: Call): Shape {
  const user = needed(call, "user_id");
  const { world } = call;
  if (!world.people.has(user)) throw new SlackRefusal("user_not_found");
  const before = world.homes.get(user);
  const hash = argument(call, "hash");
  if (before && hash !== undefined && hash !== before.hash) throw new SlackRefusal("hash_conflict");
  const id = before?.id ?? world.nextId("V");
  const made: FakeView = {
    id,
    type: "home",
    user,
    view: viewIn(call, "home"),
    hash: newHash(call),
    open: true,
    root: id,
    previous: undefined,
    errors: {},
  };
  world.homes.set(user, made);
  return { view: wireView(made, call.team) };
}

function newHash(call: Call): string {
  return `${Math.floor(call.world.clock.now() / 1000)}.${call.world.nextId("")}`;
}

function viewIn(call: Call, type: "modal" | "home"): Shape {
  const { view } = call.args;
  if (!isShape(view)) throw new SlackRefusal("invalid_arguments");
  refuseBadView(view, type);
  return { ...view, blocks: withBlockIds(shapesOf(view["blocks"])) };
}

export function refuseBadView(view: Shape, type: "modal" | "home"): void {
  if (view["type"] !== type) complain("/view/type", `must be a ${type}`);
  refuseBadBlocks(view["blocks"], type, "invalid_arguments");
  refuseLong(view, "private_metadata", 3000);
  refuseLong(view, "callback_id", 255);
  if (JSON.stringify(view).length > 250_000) throw new SlackRefusal("view_too_large");
  if (type === "modal") refuseBadModal(view);
}

function refuseBadModal(view: Shape): void {
  for (const name of ["title", "submit", "close"]) {
    const value = shapeOf(view[name]);
    if (view[name] === undefined && name !== "title") continue;
    const text = value["type"] === "plain_text" ? textOf(value["text"]) : undefined;
    if (text === undefined) complain(`/view/${name}`, "missing required field: text");
    else refuseLong({ [name]: text }, name, 24);
  }
  const asks = shapesOf(view["blocks"]).some((block) => block["type"] === "input");
  if (asks && view["submit"] === undefined) complain("/view/submit", "required with input blocks");
}

function refuseLong(view: Shape, name: string, most: number): void {
  if (lengthOf(textOf(view[name]) ?? "") > most) complain(`/view/${name}`, `no more than ${most} characters`);
}

function complain(pointer: string, message: string): never {
  const messages = [`[ERROR] ${message} [json-pointer:${pointer}]`];
  throw new SlackRefusal("invalid_arguments", { response_metadata: { messages } });
}
