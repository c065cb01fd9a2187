// A stateful Slack on loopback: Web API, deliveries over HTTP and Socket Mode, uploads, views, limits and faults.
//
// Owns: the parts put together, and the levers of tests (types.ts). README.md shows them in use.

import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createFaults } from "./api/faults.ts";
import { createRateLimits } from "./api/rate-limits.ts";
import { createDeliverer } from "./delivery/deliverer.ts";
import { createHttpRoute } from "./delivery/http-route.ts";
import { signatureOf } from "./delivery/signature.ts";
import { createSocketRoute } from "./delivery/socket-route.ts";
import { ids } from "./ids.ts";
import { personDriver, robotSays } from "./people/person.ts";
import { createServer } from "./server.ts";
import { defaultEvents, defaultScopes, defaultSecrets } from "./settings.ts";
import { textOf } from "./shape.ts";
import type { Hub, Secrets } from "./state/hub.ts";
import { threadOf } from "./state/messages.ts";
import { addChannel, addPerson, fillWorld, installTeam } from "./state/starting-world.ts";
import { wirePerson } from "./state/wire.ts";
import { channelOf, createWorld, messageAt, personOf, teamOf, threadKey, type World } from "./state/world.ts";
import type { AddedTeam, FakeSlack, FakeSlackOptions } from "./types.ts";
import { createWaits } from "./waits.ts";

export { ids } from "./ids.ts";
export type * from "./types.ts";

const assistantLineMs = 120_000;

export async function startFakeSlack(given: FakeSlackOptions = {}): Promise<FakeSlack> {
  const options = { scopes: defaultScopes, subscribed: defaultEvents, ...defaultSecrets, ...given };
  const world = createWorld(options.clock);
  fillWorld(world, options.botToken);
  const secrets: Secrets = {
    signing: options.signingSecret,
    app: options.appToken,
    client: options.clientSecret,
    tickets: new Set(),
  };
  let target = options.deliverTo ?? "socket";
  const ackTimeoutMs = options.ackTimeoutMs ?? 3000;
  const overHttp = createHttpRoute(world, () => target, { secret: secrets.signing, ackTimeoutMs });
  const sockets = createSocketRoute(world, secrets, { ackTimeoutMs });
  const deliver = createDeliverer(world, options, () => (target === "socket" ? sockets : overHttp));
  const hub: Hub = {
    world,
    options,
    deliver,
    faults: createFaults(),
    limits: createRateLimits(world.clock),
    calls: [],
    secrets,
    trouble: [],
    async tell(channel, event) {
      const team = teamOf(world, channel.team);
      if (team.state !== "uninstalled" && channel.members.has(team.botUserId))
        await deliver.event(team.id, event);
    },
  };
  const server = createServer(hub, sockets, () => slack);
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has such an address
  const { port } = server.address() as AddressInfo;
  world.url = `http://127.0.0.1:${port}`;

  const slack: FakeSlack = {
    ...stateOf(hub),
    ...createWaits(hub),
    url: world.url,
    apiUrl: `${world.url}/api`,
    botToken: options.botToken,
    appToken: options.appToken,
    signingSecret: secrets.signing,
    deliverTo: (to) => void (target = to),

    person: (id) => personDriver(hub, id),
    addPerson: (person) => addPerson(world, person),
    async deactivate(id, { tell = false } = {}) {
      const closed = { ...personOf(world, id), deleted: true };
      world.people.set(id, closed);
      if (tell) await deliver.event(ids.team, { type: "user_change", user: wirePerson(closed) });
    },
    addChannel: (id, type, members) => void addChannel(world, { id, type, members }),
    addTeam: (id) => addTeam(world, id),
    robotSays: (channel, text, how) => robotSays(hub, channel, text, how),

    fault: (method, fault, times = 1) => hub.faults.add(method, fault, times),
    clearFaults: () => hub.faults.clear(),
    switchOff: (method, error = "unknown_method") => hub.faults.switchOff(method, error),
    switchOn: (method) => hub.faults.switchOn(method),
    limits: hub.limits,
    async revokeTokens(team = ids.team) {
      teamOf(world, team).state = "revoked";
      await deliver.event(team, {
        type: "tokens_revoked",
        tokens: { oauth: [], bot: [teamOf(world, team).botUserId] },
      });
    },
    async uninstall(team = ids.team) {
      teamOf(world, team).state = "uninstalled";
      await deliver.event(team, { type: "app_uninstalled" });
    },

    get openSockets() {
      return sockets.open;
    },
    dropSockets: (ms) => sockets.drop(ms),
    refreshSockets: () => sockets.refresh(),

    sign: (body, seconds, secret = secrets.signing) => signatureOf(body, seconds, secret),
    deliverRaw: (raw) => overHttp.raw(raw),
    async deliverEvent(event, envelope) {
      const delivery = await deliver.event(textOf(envelope?.["team_id"]) ?? ids.team, event, envelope);
      if (!delivery) throw new Error(`The app has not subscribed to ${String(event["type"])}`);
      return delivery;
    },
    redeliver: (delivery) => deliver.again(delivery),
    async close() {
      deliver.stop();
      hub.faults.clear();
      sockets.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return slack;
}

function stateOf({ world, calls, deliver }: Hub) {
  const messages = (channel: string) => channelOf(world, channel).messages.filter((one) => !one.deleted);
  return {
    messages,
    thread: (channel: string, ts: string) => threadOf(channelOf(world, channel), ts),
    message: (channel: string, ts: string) => messageAt(world, channel, ts),
    botMessages: (channel?: string) =>
      (channel === undefined ? [...world.channels.keys()] : [channel])
        .flatMap(messages)
        .filter((one) => [...world.teams.values()].some((team) => team.botId === one.bot_id))
        .toSorted((a, b) => (a.ts < b.ts ? -1 : 1)),
    ephemerals: world.ephemerals,
    views: world.views,
    homes: world.homes,
    files: world.files,
    session: (channel: string, ts: string) => world.sessions.get(threadKey(channel, ts)),
    assistantStatus(channel: string, ts: string) {
      const line = world.assistantLines.get(threadKey(channel, ts));
      return line && world.clock.now() - line.at < assistantLineMs ? line.text : undefined;
    },
    prompts: world.prompts,
    calls,
    callsTo: (method: string) => calls.filter((call) => call.method === method),
    deliveries: deliver.log,
  };
}

function addTeam(world: World, id: string): AddedTeam {
  const team = installTeam(world, {
    id,
    botUserId: `U0BOT${id}`,
    botId: `B0BOT${id}`,
    botToken: `xoxb-${world.nextId(id)}`,
  });
  const person = `U0P${id}`;
  addPerson(world, {
    id: person,
    team: id,
    name: `p${id.toLowerCase()}`,
    realName: `Person of ${id}`,
    tz: "Etc/UTC",
  });
  const channel = addChannel(world, {
    id: `C0${id}`,
    type: "channel",
    members: [team.botUserId, person],
    team: id,
  });
  return { botToken: team.botToken, botUserId: team.botUserId, channel: channel.id, person };
}
