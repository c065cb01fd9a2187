// Listeners of the Events API: what is said, the native Stop, the agent's own tabs, and the end of an installation.
// Other events that the app may be subscribed to are acknowledged, and mean nothing here.

import { personKey } from "../../../domain/ids.ts";
import type { Contexts } from "./app-context.ts";
import { appIdOf, type SlackApp } from "./bolt-app.ts";
import { addressOf, type SlackHome } from "./home.ts";
import { attempt, commit, type ListeningDeps, readAs } from "./listening.ts";
import { createMessageReader } from "./messages.ts";
import {
  ContextChanged,
  EventEnvelope,
  HomeOpened,
  MemberJoined,
  MessageEvent,
  SessionStopped,
  TokensRevoked,
  UserChanged,
} from "./shapes.ts";
import { readStop } from "./spoken-otherwise.ts";

export function listenToMessages(app: SlackApp, d: ListeningDeps): void {
  const readMessage = createMessageReader(d.edges.people, d.contexts);

  app.event(/^(?:message|app_mention)$/, async ({ event, body, context: { home } }) => {
    const envelope = readAs(d, EventEnvelope, body);
    const message = readAs(d, MessageEvent, event);
    if (!home || !envelope || !message) return;
    await commit(d, await readMessage({ home, eventId: envelope.event_id, event: message }));
  });
}

export function listenToSessions(app: SlackApp, d: ListeningDeps): void {
  const { people, hooks } = d.edges;

  app.event("agent_session_stopped", async ({ event, body, context: { home } }) => {
    const envelope = readAs(d, EventEnvelope, body);
    const stopped = readAs(d, SessionStopped, event);
    if (!home || !envelope || !stopped) return;
    await commit(d, await readStop({ ...d.deps, people, home }, envelope.event_id, stopped));
  });

  app.event("app_home_opened", async ({ event, context: { home } }) => {
    const opened = readAs(d, HomeOpened, event);
    if (!home || !opened) return;
    const { tab, user, channel, context } = opened;
    await attempt(d, "An opened tab of the agent could not be attended to", async () => {
      if (context !== undefined) d.contexts.see(home.installation.teamId, user, context);
      if (tab === "messages" && channel !== undefined) return suggest(d, home, { user, channel });
      if (tab !== "messages") hooks.homeOpened(await people.find(home, user));
    });
  });
}

/** What is only a hint, and what is said once: neither is a message. */
export function listenToSurroundings(app: SlackApp, d: ListeningDeps): void {
  const { people, hooks } = d.edges;

  app.event("app_context_changed", async ({ event, context: { home } }) => {
    const { user, channel, context } = ContextChanged.safeParse(event).data ?? {};
    if (!home || user === undefined) return;
    const changed = d.contexts.see(home.installation.teamId, user, context);
    if (changed && channel?.startsWith("D")) suggest(d, home, { user, channel });
  });

  app.event("member_joined_channel", async ({ event, context: { home } }) => {
    const joined = readAs(d, MemberJoined, event);
    if (!home || joined?.user !== home.installation.botUserId) return;
    const { channel, channel_type: channelType, inviter } = joined;
    const at = addressOf(home, { channel, channelType, thread: `~${home.installation.botUserId}` });
    await hooks.invited?.(at, inviter === undefined ? undefined : await people.named(home, inviter));
  });

  app.event("user_change", async ({ event, context: { home } }) => {
    const changed = readAs(d, UserChanged, event);
    if (!home || changed?.user.deleted !== true) return;
    const { id, team_id: team } = changed.user;
    const { teamId } = home.installation;
    const theirs = team === undefined || home.teams.has(team) ? teamId : team;
    await hooks.deactivated?.(personKey("slack", theirs, id));
  });
}

function suggest(
  { contexts, edges }: { readonly contexts: Contexts; readonly edges: ListeningDeps["edges"] },
  { installation }: SlackHome,
  tab: { readonly user: string; readonly channel: string },
): void {
  const { teamId } = installation;
  const seen = contexts.recall(teamId, tab.user);
  const about = seen && { seen, place: contexts.placeOf(teamId, seen) };
  edges.hooks.messagesOpened?.({ teamId, ...tab, about });
}

/** Events that end an installation: Bolt lets them through without asking whose they are. */
export function listenToEndings(app: SlackApp, d: ListeningDeps): void {
  const end = async (source: EndedSource, why: string): Promise<void> => {
    const home = await d.admit(source);
    if (home) await d.deps.installations.revoke(home.installation.teamId, why);
  };

  app.event("tokens_revoked", async ({ event, body, context }) => {
    const revoked = readAs(d, TokensRevoked, event);
    if (!revoked?.tokens.bot?.length) return;
    await end({ ...context, appId: appIdOf(body) }, "its bot token was revoked");
  });

  app.event("app_uninstalled", async ({ body, context }) => {
    await end({ ...context, appId: appIdOf(body) }, "the app was uninstalled");
  });
}

type EndedSource = Parameters<ListeningDeps["admit"]>[0];
