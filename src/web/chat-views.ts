// The room as the page gets it: once as a whole, then event by event.

import type { LiveEvent, LocalMessage, RoomEvent } from "../chat/local/room.ts";
import type { PersonKey } from "../domain/ids.ts";
import { uploadLimits } from "./chat-requests.ts";
import type { WebChat } from "./contract.ts";
import type { Block } from "./markdown.ts";
import { type MessageView, viewBlocks, viewMessage } from "./message-view.ts";

/** Most threads of a channel that the page shows; the log has all of them. */
const mostThreads = 200;

export interface ChatViews {
  readonly state: (viewer: PersonKey) => ChatStateView;
  readonly event: (event: RoomEvent, viewer: PersonKey) => unknown;
  readonly live: (event: LiveEvent, viewer: PersonKey) => LiveView;
  readonly message: (message: LocalMessage, viewer: PersonKey) => MessageView;
}

/** What the agent is at, or what it is about to say; with neither nothing is shown any more. */
export interface LiveView {
  readonly thread: string;
  readonly status?: string;
  readonly answer?: readonly Block[];
}

export interface ChatStateView {
  /** Number of the last event that is in it. */
  readonly seq: number;
  readonly agent: string;
  readonly people: readonly { readonly id: string; readonly name: string; readonly role: string }[];
  readonly channels: readonly {
    readonly id: string;
    readonly name: string;
    readonly kind: "channel" | "dm";
  }[];
  readonly messages: readonly MessageView[];
  /** By thread. */
  readonly statuses: Readonly<Record<string, string>>;
  readonly suggestions: readonly string[];
  readonly limits: typeof uploadLimits;
}

export function createChatViews({ room, suggestions = [], linkHosts = [] }: WebChat): ChatViews {
  const context = (viewer: PersonKey, thread: readonly LocalMessage[]) => ({
    viewer,
    agentName: room.agentName,
    thread,
    linkHosts,
  });
  const message = (one: LocalMessage, viewer: PersonKey): MessageView =>
    viewMessage(one, context(viewer, room.history(one.channel, one.thread, viewer)));
  return {
    message,
    live({ channel, thread, live }, viewer) {
      if (live === undefined) return { thread };
      if (live.kind === "status") return { thread, status: live.text };
      return {
        thread,
        answer: viewBlocks(live.text, context(viewer, room.history(channel, thread, viewer))),
      };
    },
    event(event, viewer) {
      if (event.kind === "message") return message(event.message, viewer);
      return { thread: event.thread, status: event.status };
    },
    state(viewer) {
      const channels = room.channels(viewer);
      const threads = channels.flatMap(({ id }) => byThread(room.history(id, undefined, viewer)));
      return {
        seq: room.seq(),
        agent: room.agentName,
        people: room.people().map(({ id, name, role }) => ({ id, name, role })),
        channels: channels.map(({ id, name, kind }) => ({ id, name, kind })),
        messages: threads.flatMap((thread) => thread.map((one) => viewMessage(one, context(viewer, thread)))),
        statuses: Object.fromEntries(
          threads.flatMap(([root]) => {
            const status = root && room.status(root.thread);
            return root && status ? [[root.thread, status]] : [];
          }),
        ),
        suggestions,
        limits: uploadLimits,
      };
    },
  };
}

function byThread(messages: readonly LocalMessage[]): readonly (readonly LocalMessage[])[] {
  const threads = new Map<string, LocalMessage[]>();
  for (const one of messages) {
    const thread = threads.get(one.thread);
    if (thread === undefined) threads.set(one.thread, [one]);
    else thread.push(one);
  }
  return [...threads.values()].slice(-mostThreads);
}
