// The one writer of the room: gives each record its number and time, makes it durable, then takes it in and tells
// everybody who watches.
//
//   LG1  Nobody sees what is not on disk, but for words that are shown before they are said: those are kept nowhere.
//   LG2  A watcher that starts after event N gets every later change once, in order, without a gap.

import path from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Logger } from "../../base/logger.ts";
import type { PersonKey } from "../../domain/ids.ts";
import { findLocalChannel, isMember } from "./cast.ts";
import { type LogFile, openRecordLog } from "./record-log.ts";
import { type Draft, LocalRecord } from "./records.ts";
import type { LiveEvent, LocalMessage, RoomEvent, Subscription } from "./room.ts";
import { applyRecord, changesAfter, emptyRoom, type RoomState } from "./room-state.ts";

export interface Ledger {
  readonly room: Readonly<RoomState>;
  /** Rejects with `ChatError`; its fate says whether the record may still be found after a restart. */
  commit(draft: Draft): Promise<void>;
  /** Tells everybody who watches now. */
  show(event: LiveEvent): void;
  subscribe(listener: (event: RoomEvent) => void, options?: Subscription): () => void;
  close(): Promise<void>;
}

export interface LedgerDeps {
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly openFile?: (file: string) => Promise<LogFile>;
}

interface Watcher {
  readonly listener: (event: RoomEvent) => void;
  readonly viewer: PersonKey | undefined;
  readonly live: Subscription["live"];
}

export async function openLedger({ folder, clock, log, openFile }: LedgerDeps): Promise<Ledger> {
  const room = emptyRoom();
  const watchers = new Set<Watcher>();
  const tell = (event: RoomEvent): void => {
    for (const { listener, viewer } of watchers) if (mayWatch(event, viewer)) listener(event);
  };
  const records = await openRecordLog<LocalRecord>({
    file: path.join(folder, "log.ndjson"),
    schema: LocalRecord,
    log,
    onDurable(record) {
      const event = applyRecord(room, record);
      if (event !== undefined) tell(event);
    },
    ...(openFile && { openFile }),
  });
  let lastSeq = room.seq;
  return {
    room,
    commit(draft) {
      lastSeq += 1;
      return records.append({ ...draft, seq: lastSeq, at: clock.now() });
    },
    show(event) {
      for (const { live, viewer } of watchers) {
        if (viewer === undefined || mayEnter(event.channel, viewer)) live?.(event);
      }
    },
    subscribe(listener, { since, viewer, live } = {}) {
      const missed = since === undefined ? [] : changesAfter(room, since);
      for (const event of missed) if (mayWatch(event, viewer)) listener(event);
      const watcher = { listener, viewer, live };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    close: () => records.close(),
  };
}

/** A person sees the channels that they are in, and no whisper to somebody else. */
export function maySee(message: LocalMessage, viewer: PersonKey | undefined): boolean {
  if (viewer === undefined) return true;
  return mayEnter(message.channel, viewer) && (message.to === undefined || message.to === viewer);
}

export function mayEnter(channelId: string, viewer: PersonKey): boolean {
  const channel = findLocalChannel(channelId);
  return channel !== undefined && isMember(channel, viewer);
}

function mayWatch(event: RoomEvent, viewer: PersonKey | undefined): boolean {
  if (event.kind === "message") return maySee(event.message, viewer);
  return viewer === undefined || mayEnter(event.channel, viewer);
}
