// Everything that the fake Slack holds, its time, and who wants to hear of changes. The rules live elsewhere.

import { randomBytes } from "node:crypto";
import { type Clock, systemClock } from "../../../../src/base/clock.ts";
import type {
  ChannelType,
  FakeEphemeral,
  FakeFile,
  FakeMessage,
  FakePerson,
  FakeSession,
  FakeView,
  Shape,
} from "../types.ts";

export interface Team {
  readonly id: string;
  readonly domain: string;
  readonly name: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly botToken: string;
  /** `none`: people come from there, but the app is not installed. */
  state: "none" | "installed" | "revoked" | "uninstalled";
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly type: ChannelType;
  readonly team: string;
  readonly members: Set<string>;
  readonly messages: FakeMessage[];
  archived: boolean;
}

export interface Trigger {
  readonly user: string;
  readonly at: number;
  readonly view: string | undefined;
  used: boolean;
}

export interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  readonly message: string | undefined;
  readonly thread: string | undefined;
  readonly at: number;
  uses: number;
}

export interface AssistantLine {
  readonly text: string;
  readonly at: number;
}

export interface World {
  readonly clock: Clock;
  url: string;
  readonly teams: Map<string, Team>;
  readonly people: Map<string, FakePerson>;
  readonly channels: Map<string, Channel>;
  readonly files: Map<string, FakeFile>;
  readonly ephemerals: FakeEphemeral[];
  readonly views: FakeView[];
  readonly homes: Map<string, FakeView>;
  readonly sessions: Map<string, FakeSession>;
  readonly assistantLines: Map<string, AssistantLine>;
  readonly prompts: Map<string, readonly Shape[]>;
  /** What people have before them, by person. */
  readonly contexts: Map<string, Shape>;
  readonly triggers: Map<string, Trigger>;
  readonly responseUrls: Map<string, ResponseUrl>;
  /** A new one, later than every one before. */
  nextTs(): string;
  nextId(prefix: string): string;
  changed(): void;
  /** Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

export function createWorld(clock: Clock = systemClock): World {
  const listeners = new Set<() => void>();
  let lastMicros = 0n;
  let count = 0;
  return {
    clock,
    url: "",
    teams: new Map(),
    people: new Map(),
    channels: new Map(),
    files: new Map(),
    ephemerals: [],
    views: [],
    homes: new Map(),
    sessions: new Map(),
    assistantLines: new Map(),
    contexts: new Map(),
    prompts: new Map(),
    triggers: new Map(),
    responseUrls: new Map(),
    nextTs() {
      const now = BigInt(Math.floor(clock.now())) * 1000n + 19n;
      lastMicros = now > lastMicros ? now : lastMicros + 10n;
      const digits = lastMicros.toString();
      return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
    },
    nextId(prefix) {
      count += 1;
      return `${prefix}${count.toString(36).toUpperCase().padStart(4, "0")}${randomBytes(3).toString("hex").toUpperCase()}`;
    },
    changed() {
      for (const listener of listeners) listener();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The key of what belongs to a thread. */
export function threadKey(channel: string, ts: string): string {
  return `${channel}/${ts}`;
}

export function teamOf(world: World, id: string): Team {
  const team = world.teams.get(id);
  if (!team) throw new Error(`The fake Slack has no team ${id}`);
  return team;
}

export function channelOf(world: World, id: string): Channel {
  const channel = world.channels.get(id);
  if (!channel)
    throw new Error(`The fake Slack has no channel ${id}: ${[...world.channels.keys()].join(", ")}`);
  return channel;
}

export function personOf(world: World, id: string): FakePerson {
  const person = world.people.get(id);
  if (!person) throw new Error(`The fake Slack has no person ${id}: ${[...world.people.keys()].join(", ")}`);
  return person;
}

export function messageAt(world: World, channel: string, ts: string): FakeMessage | undefined {
  return world.channels.get(channel)?.messages.find((one) => one.ts === ts && !one.deleted);
}
