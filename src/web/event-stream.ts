// Server-sent events of the room, for one viewer.
//
//   ES1  After event N the stream goes on with the first later one, however the last stream ended.
//   ES2  A reader that does not read is let go rather than remembered: it comes back and resumes.
//   ES3  Words that are shown before they are said have no number: a reader that comes back sees the next ones.

import { type Clock, every } from "../base/clock.ts";
import type { LiveEvent, LocalRoom, RoomEvent } from "../chat/local/room.ts";
import type { PersonKey } from "../domain/ids.ts";

const heartbeatMs = 15_000;
const reconnectMs = 1_000;
const mostUnread = 1_000;

export interface EventStreams {
  /** A response that goes on until the reader or `endAll` ends it. */
  open(viewer: PersonKey, since: number): Response;
  endAll(): void;
}

export interface EventStreamDeps {
  readonly room: LocalRoom;
  readonly clock: Clock;
  /** The data of an event as this viewer gets it. */
  readonly view: (event: RoomEvent, viewer: PersonKey) => unknown;
  /** The same of words that are shown before they are said. */
  readonly viewLive: (event: LiveEvent, viewer: PersonKey) => unknown;
}

export function createEventStreams({ room, clock, view, viewLive }: EventStreamDeps): EventStreams {
  const ends = new Set<() => void>();
  const encoder = new TextEncoder();

  const stream = (viewer: PersonKey, since: number): ReadableStream<Uint8Array> => {
    let release = (): void => undefined;
    return new ReadableStream<Uint8Array>({
      start(controller) {
        let ended = false;
        const end = (): void => {
          if (ended) return;
          ended = true;
          release();
          controller.close();
        };
        const write = (text: string): void => {
          if (ended) return;
          controller.enqueue(encoder.encode(text));
          if ((controller.desiredSize ?? 0) < -mostUnread) end();
        };
        const unsubscribe = follow(write, viewer, since);
        const stopBeat = every(clock, heartbeatMs, async () => write(": still here\n\n"), end);
        release = () => {
          unsubscribe();
          stopBeat();
          ends.delete(end);
        };
        if (ended) release();
        else ends.add(end);
      },
      cancel() {
        release();
      },
    });
  };

  const follow = (write: (text: string) => void, viewer: PersonKey, since: number): (() => void) => {
    write(`retry: ${reconnectMs}\n\n`);
    if (since > room.seq()) write("event: reset\ndata: {}\n\n"); // another chat than the one it knew
    const live = (event: LiveEvent): void =>
      write(`event: live\ndata: ${JSON.stringify(viewLive(event, viewer))}\n\n`);
    return room.subscribe((event) => write(frame(event, view(event, viewer))), { since, viewer, live });
  };

  return {
    open: (viewer, since) =>
      new Response(stream(viewer, since), {
        headers: { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" },
      }),
    endAll() {
      for (const end of ends) end();
    },
  };
}

function frame(event: RoomEvent, data: unknown): string {
  return `id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(data)}\n\n`;
}
