// One way in for both doors.
//
//   DI1  Messages have a Bolt app of their own. Bolt asks every listener about every payload, which costs more than all
//        else that is done for a message (bench/slack); so theirs are not asked about clicks, nor the others about them.

import type { Installations } from "../installations.ts";
import { createAdmission } from "./admission.ts";
import { createContexts } from "./app-context.ts";
import { type BoltAppDeps, createBoltApp, type Process } from "./bolt-app.ts";
import {
  listenToEndings,
  listenToMessages,
  listenToSessions,
  listenToSurroundings,
} from "./event-listeners.ts";
import { listenToInteractions } from "./interaction-listeners.ts";
import type { ListeningDeps } from "./listening.ts";

export function createDispatch(
  bolt: Omit<BoltAppDeps, "admit">,
  listening: Omit<ListeningDeps, "admit" | "contexts">,
  installations: Installations,
): Process {
  const { reject } = bolt;
  const admit = createAdmission({ settings: bolt.settings, installations, reject });
  const { deps, edges } = listening;
  const contexts = createContexts(deps.clock, (team, channel) => edges.hooks.channelName(team, channel));
  const d = { ...listening, admit, contexts };
  const messages = createBoltApp({ ...bolt, admit }, (app) => listenToMessages(app, d));
  const others = createBoltApp({ ...bolt, admit }, (app) => {
    listenToSessions(app, d);
    listenToEndings(app, d);
    listenToSurroundings(app, d);
    listenToInteractions(app, d);
  });
  return async (delivery) => {
    const { event } = delivery.body;
    const type = typeOfEvent(event);
    if (event !== undefined && type === undefined) return reject("unknown-shape", { part: "event" });
    await (type === "message" || type === "app_mention" ? messages(delivery) : others(delivery));
  };
}

function typeOfEvent(event: unknown): string | undefined {
  if (typeof event !== "object" || event === null || !("type" in event)) return undefined;
  return typeof event.type === "string" ? event.type : undefined;
}
