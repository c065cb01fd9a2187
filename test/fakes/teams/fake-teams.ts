// A stateful Teams on loopback, as far as a bot sees it. Shares no code with src/chat/teams, so that it is a second opinion.

import { within } from "../../../src/base/abort.ts";
import { type Clock, systemClock } from "../../../src/base/clock.ts";
import { parseJson } from "../../../src/base/json.ts";
import { patienceMs as untilMs } from "../../support/patience.ts";
import { startConnector } from "./connector.ts";
import { type ConnectorState } from "./connector.ts";
import { createEntra, type Entra } from "./entra.ts";
import { createPersons, type TeamsPersona } from "./people.ts";
import {
  type FakeActivity,
  type FakeCall,
  type FakeFault,
  type FaultAt,
  type Json,
  teamsIds,
} from "./state.ts";
import type { FakeStream } from "./streams.ts";
import { createKeys, type Keys, type TokenParts } from "./tokens.ts";

export { teamsIds } from "./state.ts";

export interface Delivered {
  readonly status: number;
  readonly body: string;
}

export interface FakeTeams {
  readonly url: string;
  readonly serviceUrl: string;
  readonly appPassword: string;
  /** What a product needs to talk to this fake. */
  readonly env: Readonly<Record<string, string>>;
  readonly keys: Keys;
  /** Where people sign in. */
  readonly entra: Entra;
  readonly calls: readonly FakeCall[];
  readonly activities: readonly FakeActivity[];
  readonly files: Map<string, Buffer>;
  readonly deliveries: { readonly activity: Json; readonly delivered: Delivered }[];
  person(aadObjectId: string): TeamsPersona;
  deliverTo(url: string): void;
  /** Signed and sent once. `forge` changes the token; a string is sent as it is, `null` sends none. */
  deliver(activity: Json, forge?: TokenParts | string | null): Promise<Delivered>;
  /** Sent, and sent again while the answer is 5xx: at once, then after 1 s and 5 s of the clock. */
  deliverLasting(activity: Json): Promise<Delivered>;
  /**
   * As a client does with a click: after its patience, or where the reply is none, it shows "unable to reach app" and delivers the
   * click once more, under another id. Resolves to what it showed for: the reply, or status 504.
   */
  invoke(activity: Json): Promise<Delivered>;
  /** Clicks for which "unable to reach app" was shown. */
  readonly unreached: readonly Json[];
  /** What the agent said there: with edits applied, deleted ones left out. `to`: as that person sees it. */
  said(conversation: string, to?: string): readonly SaidMessage[];
  fault(at: FaultAt, fault: FakeFault, times?: number): void;
  /** Streams in personal chats, ended ones included. */
  readonly streams: readonly FakeStream[];
  /** The person presses Stop in their client, on the stream that is open there. */
  stopsStream(conversation: string): void;
  /** They are in no conversation any more. */
  leaves(aadObjectId: string): void;
  /** The roster says this of the person beside the usual. */
  describes(aadObjectId: string, otherwise: Json): void;
  /** The app is removed from the conversation. */
  remove(conversation: string): void;
  until<T>(look: () => T | undefined, ms?: number): Promise<T>;
  close(): Promise<void>;
}

/** Of a client of Teams: 10 to 15 s. */
const patienceMs = 10_000;

function isReply({ name }: Json, { status, body }: Delivered): boolean {
  const reply = parseJson(body)?.value;
  if (status !== 200 || typeof reply !== "object" || reply === null) return false;
  return name !== "adaptiveCard/action" || ("statusCode" in reply && "type" in reply && "value" in reply);
}

export interface SaidMessage {
  readonly id: string;
  readonly activity: Json;
  readonly to?: string;
  readonly edits: number;
  readonly reactions: readonly string[];
}

export async function startFakeTeams({
  clock = systemClock,
}: {
  readonly clock?: Clock;
} = {}): Promise<FakeTeams> {
  const keys = await createKeys(teamsIds.app, () => clock.now());
  const watchers = new Set<() => void>();
  const password = "teams-app-password-of-a-test";
  const entra = createEntra(password, () => clock.now());
  const state: ConnectorState = {
    clock,
    keys,
    entra,
    password,
    conversations: new Set([teamsIds.general, teamsIds.data, teamsIds.group]),
    left: new Set(),
    activities: [],
    calls: [],
    files: new Map(),
    streams: [],
    faults: [],
    tokensGiven: 0,
    described: new Map(),
    changed: () => watchers.forEach((look) => look()),
  };
  const server = await startConnector(state);
  const serviceUrl = `${server.url}/emea/`;
  const host = new URL(server.url).host;
  let target = "";
  const deliveries: { activity: Json; delivered: Delivered }[] = [];

  const deliver: FakeTeams["deliver"] = async (activity, forge = {}) => {
    const token =
      typeof forge === "string" || forge === null
        ? forge
        : await keys.sign({ serviceUrl: String(activity["serviceUrl"]), ...forge });
    const answer = await fetch(target, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(activity),
    });
    const delivered = { status: answer.status, body: await answer.text() };
    deliveries.push({ activity, delivered });
    state.changed();
    return delivered;
  };
  const deliverLasting: FakeTeams["deliverLasting"] = async (activity) => {
    let delivered = await deliver(activity);
    if (delivered.status < 500) return delivered;
    delivered = await deliver(activity);
    const again = (ms: readonly number[]): void => {
      const [next, ...rest] = ms;
      if (next === undefined || delivered.status < 500) return;
      clock.after(next, () => {
        void deliver(activity).then((answer) => {
          delivered = answer;
          again(rest);
        });
      });
    };
    again([1_000, 5_000]);
    return delivered;
  };
  const unreached: Json[] = [];
  const invoke: FakeTeams["invoke"] = async (activity) => {
    const answered = deliver(activity);
    answered.catch(() => undefined); // nobody may wait for it any more
    const first = await within(clock, patienceMs, answered);
    if (first !== undefined && isReply(activity, first)) return first;
    unreached.push(activity);
    state.changed();
    await deliver({ ...activity, id: `${String(activity["id"])}1` });
    return { status: 504, body: "" };
  };
  const until: FakeTeams["until"] = (look, ms = untilMs) =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const found = look();
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const late = setTimeout(() => {
        end();
        reject(
          new Error(`Waited in vain. Said: ${JSON.stringify(state.activities.slice(-6)).slice(0, 3_000)}`),
        );
      }, ms);
      const poll = setInterval(check, 50);
      const end = (): void => {
        clearTimeout(late);
        clearInterval(poll);
        watchers.delete(check);
      };
      watchers.add(check);
      check();
    });
  const fake: FakeTeams = {
    url: server.url,
    serviceUrl,
    appPassword: state.password,
    env: {
      TEAMS_APP_ID: teamsIds.app,
      TEAMS_APP_PASSWORD: state.password,
      TEAMS_TENANT_ID: teamsIds.tenant,
      TEAMS_LOGIN_URL: `${server.url}/login`,
      TEAMS_OPENID_METADATA_URL: `${server.url}/openid`,
      TEAMS_SERVICE_HOSTS: host,
    },
    keys,
    entra,
    calls: state.calls,
    activities: state.activities,
    files: state.files,
    deliveries,
    person: (aadObjectId) => persons(aadObjectId),
    deliverTo: (url) => void (target = url),
    deliver,
    deliverLasting,
    invoke,
    unreached,
    said: (conversation, to) =>
      state.activities
        .filter(
          (one) =>
            one.conversation === conversation && !one.deleted && (one.to === undefined || one.to === to),
        )
        .map(({ id, activity, edits, reactions, to: only }) => ({
          id,
          activity: edits.at(-1) ?? activity,
          ...(only === undefined ? {} : { to: only }),
          edits: edits.length,
          reactions,
        })),
    fault(at, fault, times = 1) {
      for (let n = 0; n < times; n += 1) state.faults.push({ at, fault });
    },
    streams: state.streams,
    stopsStream(conversation) {
      const stream = state.streams.find((one) => one.conversation === conversation && one.state === "open");
      if (!stream) throw new Error("There is no stream to stop");
      stream.state = "stopped";
    },
    leaves: (aadObjectId) => void state.left.add(aadObjectId),
    describes: (aadObjectId, otherwise) => void state.described.set(aadObjectId, otherwise),
    remove: (conversation) => void state.conversations.delete(conversation),
    until,
    close: () => server.close(),
  };
  const persons = createPersons(fake, state, clock);
  return fake;
}
