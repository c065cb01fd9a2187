// Listeners of the Events API: what is said, the native Stop, the agent's own tabs, and the end of an installation.
// Other events that the app may be subscribed to are acknowledged, and mean nothing here.

import { appIdOf, type SlackApp } from "./bolt-app.ts";
import { attempt, commit, type ListeningDeps, readAs } from "./listening.ts";
import { createMessageReader } from "./messages.ts";
import { EventEnvelope, HomeOpened, MessageEvent, SessionStopped, TokensRevoked } from "./shapes.ts";
import { readStop } from "./spoken-otherwise.ts";

export function listenToMessages(app: SlackApp, d: ListeningDeps): void {
  const readMessage = createMessageReader(d.edges.people);

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
    const { tab, user, channel } = opened;
    await attempt(d, "An opened tab of the agent could not be attended to", async () => {
      if (tab === "messages" && channel !== undefined) {
        return hooks.messagesOpened?.({ teamId: home.installation.teamId, channel, user });
      }
      if (tab !== "messages") hooks.homeOpened(await people.find(home, user));
    });
  });
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
