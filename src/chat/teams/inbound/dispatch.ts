// What each kind of activity leads to.
//
//   DP1  Resolves only after everything that the activity asks for is committed; rejects where that can't be done now.
//   DP2  What is to be stored is stored together, so that it is waited for once: where it was heard, by whom, and what.

import { errorText } from "../../../base/errors.ts";
import type { InboundEvent } from "../../../domain/inbound.ts";
import type { TeamsDeps } from "../deps.ts";
import type { SealedText } from "../sealed-text.ts";
import type { InboundEdges } from "./edges.ts";
import { addressOf, outsideThreads } from "./home.ts";
import type { InvokeReply } from "./invoke-replies.ts";
import { answerInvoke } from "./invokes.ts";
import { readMessage } from "./messages.ts";
import type { People } from "./people.ts";
import type { ReferenceKeeper } from "./references.ts";
import type { Activity } from "./shapes.ts";

export interface DispatchDeps {
  readonly deps: TeamsDeps;
  readonly edges: InboundEdges;
  readonly people: People;
  readonly files: SealedText;
  readonly keeper: ReferenceKeeper;
}

/** The reply of an invoke; undefined for everything else. */
export type Dispatch = (activity: Activity) => Promise<InvokeReply | undefined>;

export function createDispatch({ deps, edges, people, files, keeper }: DispatchDeps): Dispatch {
  const { settings, clock, log, shown } = deps;
  const reading = { settings, people, clock, files };
  /** True where it was the first word in a private line. */
  const welcomed = async (activity: Activity, anew = false): Promise<boolean> => {
    const isNewLine = await (anew ? keeper.keepAnew(activity) : keeper.keep(activity));
    if (isNewLine) await deps.welcome?.(addressOf(settings, activity));
    return isNewLine;
  };
  return async (activity) => {
    switch (activity.type) {
      case "message":
      case "messageUpdate":
      case "messageDelete": {
        const kept = welcomed(activity);
        const heard = readMessage(reading, activity).then(async (event) => {
          if (event && !isForHomeAlone(event)) await edges.receive(event);
          return event;
        });
        const [event] = await Promise.all([heard, kept]);
        if (event && asksForHome(event)) edges.homeWanted(event.author);
        return undefined;
      }
      case "invoke": {
        const kept = welcomed(activity).catch((error: unknown) =>
          log.warn("Where a click came from could not be stored", { error: errorText(error) }),
        );
        return answerInvoke({ ...reading, shown, log, edges }, activity, kept);
      }
      case "conversationUpdate":
      case "installationUpdate":
        await installed(activity);
        return undefined;
      default:
        return undefined; // reactions, typing, reads
    }
  };

  async function installed(activity: Activity): Promise<void> {
    const change = changeOf(activity, settings.appId);
    if (change === "removed") return keeper.forget(activity);
    if (activity.from.id.startsWith("28:")) return;
    const isNewLine = await welcomed(activity, change === "added");
    const at = addressOf(settings, activity);
    const by = people.author(activity);
    if (isNewLine) edges.homeWanted(by);
    if (change !== "added" || at.kind === "dm") return;
    await edges.hooks.invited?.(outsideThreads(at), by);
  }
}

/** Until a tab shows it, the page about one's own work is a card in the personal chat (ux c.13): on `home`, and beside `status`. */
function asksForHome(event: InboundEvent): boolean {
  return (
    event.kind === "message" && event.conversation.kind === "dm" && /^(?:status|home)$/i.test(event.text)
  );
}

/** Not for anybody who works. */
function isForHomeAlone(event: InboundEvent): boolean {
  return asksForHome(event) && event.kind === "message" && /^home$/i.test(event.text);
}

function changeOf(activity: Activity, appId: string): "added" | "removed" | undefined {
  const { type, action, membersAdded = [], membersRemoved = [], recipient } = activity;
  const isUs = ({ id }: { readonly id: string }): boolean => id === recipient?.id || id === `28:${appId}`;
  if (type === "installationUpdate") {
    if (action?.startsWith("add") === true) return "added";
    return action?.startsWith("remove") === true ? "removed" : undefined;
  }
  if (membersRemoved.some(isUs)) return "removed";
  return membersAdded.some(isUs) ? "added" : undefined;
}
