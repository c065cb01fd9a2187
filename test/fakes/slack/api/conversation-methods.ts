// conversations.*, users.info, auth.test, team.info and oauth.v2.access.

import { ids } from "../ids.ts";
import { threadOf } from "../state/messages.ts";
import { installTeam } from "../state/starting-world.ts";
import { wireChannel, wireMessage, wirePerson } from "../state/wire.ts";
import type { FakeMessage, FakePerson, Shape } from "../types.ts";
import {
  argument,
  type Call,
  channelIn,
  flag,
  type Method,
  mustBeMember,
  mustHaveScope,
  needed,
  SlackRefusal,
} from "./method.ts";
import { tier2, tier3, tier4 } from "./rate-limits.ts";

export const conversationMethods: Readonly<Record<string, Method>> = {
  "auth.test": { token: "bot", run: whoAmI },
  "auth.revoke": { token: "bot", run: revoke },
  "auth.teams.list": { token: "bot", run: ({ team }) => ({ teams: [{ id: team.id, name: team.name }] }) },
  "conversations.replies": { token: "bot", limit: tier3, run: replies },
  "conversations.history": { token: "bot", limit: tier3, run: history },
  "conversations.info": { token: "bot", limit: tier3, run: info },
  "conversations.members": {
    token: "bot",
    limit: tier4,
    run: (call) => ({ members: [...channelIn(call).members] }),
  },
  "conversations.open": { token: "bot", scope: "im:write", limit: tier3, run: open },
  "users.info": { token: "bot", scope: "users:read", limit: tier4, run: person },
  "users.list": { token: "bot", scope: "users:read", limit: tier2, run: everybody },
  "oauth.v2.access": { token: "none", run: exchange },
};

function whoAmI({ team, world }: Call): Shape {
  return {
    url: `${world.url}/`,
    team: team.name,
    user: "deputy",
    team_id: team.id,
    user_id: team.botUserId,
    bot_id: team.botId,
    is_enterprise_install: false,
  };
}

function revoke({ team }: Call): Shape {
  team.state = "revoked";
  return { revoked: true };
}

function replies(call: Call): Shape {
  const channel = channelIn(call);
  mustHaveScope(call, channel, "history");
  mustBeMember(call, channel);
  const thread = threadOf(channel, needed(call, "ts"));
  if (thread.length === 0) throw new SlackRefusal("thread_not_found");
  const [root, ...rest] = thread;
  const page = pageOf(call, rest, 1000);
  return {
    ...page,
    messages: [root, ...page.items].flatMap((one) => (one ? [asked(call, one)] : [])),
    items: undefined,
  };
}

function history(call: Call): Shape {
  const channel = channelIn(call);
  mustHaveScope(call, channel, "history");
  mustBeMember(call, channel);
  const roots = channel.messages.filter(
    (one) => !one.deleted && (one.thread_ts === undefined || one.broadcast),
  );
  const page = pageOf(call, roots.toReversed(), 100);
  return { ...page, messages: page.items.map((one) => asked(call, one)), items: undefined };
}

/** Metadata only where it was asked for. */
function asked(call: Call, message: FakeMessage): Shape {
  const wanted = flag(call, "include_all_metadata") === true && message.metadata !== undefined;
  return { ...wireMessage(call.world, message), ...(wanted ? { metadata: message.metadata } : {}) };
}

function pageOf(call: Call, all: readonly FakeMessage[], usual: number) {
  const oldest = argument(call, "oldest") ?? "0";
  const latest = argument(call, "latest") ?? "9999999999.999999";
  const inclusive = flag(call, "inclusive") === true;
  const inside = all.filter(
    ({ ts }) => (ts > oldest && ts < latest) || (inclusive && (ts === oldest || ts === latest)),
  );
  const from = Number(Buffer.from(argument(call, "cursor") ?? "", "base64").toString() || "0");
  const limit = Number(argument(call, "limit") ?? usual);
  const items = inside.slice(from, from + limit);
  const more = from + limit < inside.length;
  return {
    items,
    has_more: more,
    ...(more
      ? { response_metadata: { next_cursor: Buffer.from(String(from + limit)).toString("base64") } }
      : {}),
  };
}

function info(call: Call): Shape {
  const channel = channelIn(call);
  mustHaveScope(call, channel, "read");
  return { channel: wireChannel(channel, call.team.botUserId) };
}

function open(call: Call): Shape {
  const user = needed(call, "users");
  const channel = [...call.world.channels.values()].find(
    (one) => one.type === "im" && one.team === call.team.id && one.members.has(user),
  );
  if (!channel) throw new SlackRefusal("user_not_found");
  return { no_op: true, already_open: true, channel: { id: channel.id } };
}

function person(call: Call): Shape {
  const found = call.world.people.get(needed(call, "user"));
  if (!found) throw new SlackRefusal("user_not_found");
  return { user: withLocale(call, found) };
}

function withLocale(call: Call, person: FakePerson): Shape {
  const { locale } = person;
  return { ...wirePerson(person), ...(locale !== undefined && flag(call, "include_locale") && { locale }) };
}

function everybody(call: Call): Shape {
  const { team, world } = call;
  const all = [...world.people.values()].filter((one) => one.team === team.id);
  const from = Number(argument(call, "cursor") || "0");
  const to = from + Math.min(Number(argument(call, "limit") ?? 200), 1_000);
  return {
    members: all.slice(from, to).map((one) => withLocale(call, one)),
    response_metadata: { next_cursor: to < all.length ? String(to) : "" },
  };
}

/** Any code `code-<team id>` is good, and installs the app there. */
function exchange(call: Call): Shape {
  const team = /^code-(T[A-Z0-9]+)$/.exec(needed(call, "code"))?.[1];
  if (team === undefined) throw new SlackRefusal("invalid_code");
  if (argument(call, "client_secret") !== call.hub.secrets.client)
    throw new SlackRefusal("bad_client_secret");
  const before = call.world.teams.get(team);
  const installed =
    before?.state === "installed"
      ? before
      : installTeam(call.world, {
          id: team,
          botUserId: `U0BOT${team}`,
          botId: `B0BOT${team}`,
          botToken: `xoxb-${call.world.nextId("")}`,
        });
  return {
    access_token: installed.botToken,
    token_type: "bot",
    scope: (call.hub.options.scopes ?? []).join(","),
    bot_user_id: installed.botUserId,
    app_id: ids.app,
    team: { id: installed.id, name: installed.name },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: { id: ids.ana },
  };
}
