// The Teams platform with its doors open on loopback, against the fake, and what it heard.

import { once } from "node:events";
import { createAdaptorServer } from "@hono/node-server";
import { createIds } from "../../../src/base/ids.ts";
import { silentLogger } from "../../../src/base/logger.ts";
import { Secret } from "../../../src/base/secret.ts";
import type { ChatPlatform, PlatformHooks } from "../../../src/chat/contract.ts";
import type { TeamsDeps, TeamsPerson, TeamsPlace, TeamsReferences } from "../../../src/chat/teams/deps.ts";
import { createTeamsPlatform } from "../../../src/chat/teams/teams-platform.ts";
import type { InboundEvent } from "../../../src/domain/inbound.ts";
import { createHttpFetch } from "../../../src/net/http-fetch.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";
import { type FakeTeams, startFakeTeams, teamsIds } from "../../fakes/teams/fake-teams.ts";

export interface TeamsWorld {
  readonly teams: FakeTeams;
  readonly clock: ManualClock;
  readonly platform: ChatPlatform;
  readonly heard: InboundEvent[];
  readonly references: TeamsReferences;
  readonly url: string;
  readonly blobs: Map<string, Buffer>;
  open(): ChatPlatform;
  close(): Promise<void>;
}

export interface TeamsWorldOptions {
  readonly receive?: (event: InboundEvent) => Promise<void>;
  readonly hooks?: PlatformHooks;
  readonly settings?: Partial<TeamsDeps["settings"]>;
  readonly deps?: Partial<TeamsDeps>;
  /** How far apart tries are made, from 0 to 1. */
  readonly spread?: number;
}

export async function openTeamsWorld(options: TeamsWorldOptions = {}): Promise<TeamsWorld> {
  const clock = createManualClock(Date.now()); // botbuilder looks at the clock of the machine
  const teams = await startFakeTeams({ clock });
  const heard: InboundEvent[] = [];
  const blobs = new Map<string, Buffer>();
  const references = referencesInMemory();
  const door = await listen((request) => current.handle(request));
  const deps: TeamsDeps = {
    settings: {
      appId: teamsIds.app,
      appPassword: new Secret(teams.appPassword),
      tenantId: teamsIds.tenant,
      loginUrl: `${teams.url}/login`,
      openIdMetadataUrl: `${teams.url}/openid`,
      serviceHosts: [new URL(teams.url).host],
      publicUrl: door.url,
      ...options.settings,
    },
    references,
    fetch: createHttpFetch({ connectTimeoutMs: 5_000, maxResponseBytes: 50_000_000 }),
    clock,
    ids: createIds(() => clock.now()),
    log: silentLogger,
    async content(sha256) {
      const found = blobs.get(sha256);
      if (!found) throw new Error("There is no such blob");
      return found;
    },
    ...options.deps,
  };
  const open = (): ChatPlatform =>
    createTeamsPlatform(deps, {
      callTimeoutMs: 5_000,
      downloadTimeoutMs: 5_000,
      spread: () => options.spread ?? 0,
    });
  const platform = open();
  const current = routed(platform);
  teams.deliverTo(`${door.url}/api/messages`);
  await platform.start(async (event) => {
    heard.push(event);
    await options.receive?.(event);
  }, options.hooks);
  return {
    teams,
    clock,
    platform,
    heard,
    references,
    url: door.url,
    blobs,
    open,
    async close() {
      await platform.stop();
      await door.close();
      await teams.close();
    },
  };
}

/** As long as it takes, in steps that let deliveries come to their end. */
export async function passing(
  { clock, teams }: Pick<TeamsWorld, "clock" | "teams">,
  ms: number,
  stepMs = 250,
): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await clock.advance(stepMs);
    await (await fetch(`${teams.url}/openid`)).text();
  }
}

/** The clock goes on until the call is over. */
export async function through<T>(
  world: Pick<TeamsWorld, "clock" | "teams">,
  call: Promise<T>,
  stepMs = 250,
): Promise<T> {
  let over = false;
  const ended = call.finally(() => {
    over = true;
  });
  ended.catch(() => undefined);
  while (!over) await passing(world, stepMs, stepMs);
  return ended;
}

function routed({ doors = [] }: ChatPlatform) {
  return {
    async handle(request: Request): Promise<Response> {
      const { pathname } = new URL(request.url);
      const door = doors.find(({ path }) => pathname.startsWith(path.replace(/:.*$/, "")));
      return door?.handle(request) ?? new Response(null, { status: 404 });
    },
  };
}

export async function listen(handle: (request: Request) => Promise<Response>) {
  const server = createAdaptorServer({ fetch: handle });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = server.address();
  if (at === null || typeof at === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${at.port}`,
    async close() {
      if ("closeAllConnections" in server) server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

export function referencesInMemory(): TeamsReferences {
  const places = new Map<string, TeamsPlace>();
  const people = new Map<string, TeamsPerson>();
  return {
    place: async (conversation) => places.get(conversation),
    anyPlace: async () => [...places.values()].findLast(({ gone }) => gone !== true),
    savePlace: async (place) => void places.set(place.conversation, place),
    async gone(conversation) {
      const place = places.get(conversation);
      if (place) places.set(conversation, { ...place, gone: true });
    },
    person: async (key) => people.get(key),
    personByUserId: async (userId) => [...people.values()].find((one) => one.userId === userId),
    async savePerson(person) {
      people.set(person.key, { ...people.get(person.key), ...person });
    },
  };
}
