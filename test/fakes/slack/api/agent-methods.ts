// agents.sessions.*, assistant.threads.*, apps.connections.open and blocks.validate.

import { lengthOf, shapeOf, shapesOf, textOf } from "../shape.ts";
import { type Channel, messageAt, threadKey } from "../state/world.ts";
import type { FakeSession, SessionStatus, Shape } from "../types.ts";
import { problemsOf } from "./block-rules.ts";
import {
  argument,
  type Call,
  channelIn,
  type Method,
  mustBeMember,
  needed,
  SlackRefusal,
  threadIn,
} from "./method.ts";
import { tier3, tier4 } from "./rate-limits.ts";

const statuses: readonly SessionStatus[] = ["active", "processing", "suspended", "closed"];

export const agentMethods: Readonly<Record<string, Method>> = {
  "agents.sessions.setStatus": { token: "bot", scope: "chat:write", limit: tier3, run: setStatus },
  "agents.sessions.rename": { token: "bot", scope: "chat:write", limit: tier3, run: rename },
  "assistant.threads.setStatus": { token: "bot", scope: "assistant:write", limit: tier4, run: setLine },
  "assistant.threads.setSuggestedPrompts": {
    token: "bot",
    scope: "assistant:write",
    limit: tier4,
    run: setPrompts,
  },
  "apps.connections.open": { token: "app", run: openConnection },
  "blocks.validate": { token: "none", run: validate },
};

function threadPlace(call: Call): { readonly channel: Channel; readonly thread: string } {
  const channel = channelIn(call, "channel_id");
  mustBeMember(call, channel);
  const thread = threadIn(call);
  if (thread === undefined) throw new SlackRefusal("invalid_arguments");
  if (!messageAt(call.world, channel.id, thread)) throw new SlackRefusal("thread_not_found");
  return { channel, thread };
}

function setStatus(call: Call): Shape {
  const wanted = needed(call, "status");
  const status = statuses.find((one) => one === wanted);
  if (!status) throw new SlackRefusal("invalid_arguments");
  const { channel, thread } = threadPlace(call);
  const title = argument(call, "title");
  if (title !== undefined && lengthOf(title) > 200) throw new SlackRefusal("invalid_arguments");
  const initiator = argument(call, "initiator_user_id");
  if (initiator !== undefined && !channel.members.has(initiator))
    throw new SlackRefusal("user_not_in_channel");
  const key = threadKey(channel.id, thread);
  // Title and initiator count only where the session is new.
  const session: FakeSession = call.world.sessions.get(key) ?? {
    channel: channel.id,
    thread_ts: thread,
    status,
    title,
    initiator,
    history: [],
  };
  session.status = status;
  session.history.push(status);
  call.world.sessions.set(key, session);
  const stoppable = call.hub.options.subscribed?.includes("agent_session_stopped") ?? true;
  return {
    status,
    agent_status: status,
    ...(session.title === undefined ? {} : { title: session.title }),
    ...(stoppable ? {} : { warning: "missing_agent_session_stopped_event_subscription" }),
  };
}

function rename(call: Call): Shape {
  const { channel, thread } = threadPlace(call);
  const title = needed(call, "title");
  if (lengthOf(title) > 200) throw new SlackRefusal("invalid_arguments");
  const session = call.world.sessions.get(threadKey(channel.id, thread));
  if (!session) throw new SlackRefusal("session_not_found");
  session.title = title;
  return { title };
}

function setLine(call: Call): Shape {
  const { channel, thread } = threadPlace(call);
  const text = argument(call, "status") ?? "";
  const lines: unknown = call.args["loading_messages"];
  if (Array.isArray(lines) && lines.length > 10) throw new SlackRefusal("invalid_arguments");
  const key = threadKey(channel.id, thread);
  if (text === "") call.world.assistantLines.delete(key);
  else call.world.assistantLines.set(key, { text, at: call.world.clock.now() });
  return {};
}

function setPrompts(call: Call): Shape {
  const channel = channelIn(call, "channel_id");
  const prompts = shapesOf(call.args["prompts"]);
  const good = prompts.every(
    (one) => textOf(one["title"]) !== undefined && textOf(one["message"]) !== undefined,
  );
  if (prompts.length === 0 || prompts.length > 4 || !good) throw new SlackRefusal("invalid_arguments");
  call.world.prompts.set(channel.id, prompts);
  return {};
}

function openConnection(call: Call): Shape {
  const ticket = call.world.nextId("ticket-");
  call.hub.secrets.tickets.add(ticket);
  return { url: `${call.world.url.replace("http:", "ws:")}/link/?ticket=${ticket}&app_id=A0DEPUTY` };
}

function validate(call: Call): Shape {
  const view = shapeOf(call.args["view"]);
  const inView = view["type"] === "modal" || view["type"] === "home" ? view["type"] : undefined;
  const blocks = call.args["blocks"] ?? shapeOf(call.args["message"])["blocks"] ?? view["blocks"];
  const problems = problemsOf(blocks, inView ?? "message");
  if (problems.length === 0) return {};
  throw new SlackRefusal("invalid_blocks", {
    errors: problems.map(({ pointer, message }) => ({ code: "invalid", message, pointer })),
  });
}
