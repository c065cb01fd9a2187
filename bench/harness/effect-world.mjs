// A service outside that counts what is done to it, whatever its callers got to hear. It judges: nothing lost, nothing twice.
//
//   EW1  An effect counts when its request has arrived. A key that was seen before changes nothing.
//   EW2  A read changes nothing and may come any number of times.

import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

/** `answerMs` says how long the next effect keeps its caller waiting, `onEffect` is called as it arrives. */
export async function startEffectWorld({ answerMs, onEffect = () => undefined }) {
  const calls = [];
  const counts = new Map();
  const keys = new Set();

  const accept = (call) => {
    calls.push(call);
    if (call.kind === "read" || (call.key !== "" && call.kind === "keyed" && keys.has(call.key))) return;
    keys.add(call.key);
    counts.set(call.name, (counts.get(call.name) ?? 0) + 1);
  };
  const take = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const [kind, name, key] = [
      pathname.slice(1),
      searchParams.get("name") ?? "",
      searchParams.get("key") ?? "",
    ];
    if (kind === "happened") return void response.end(JSON.stringify({ yes: keys.has(key) }));
    const call = { kind, name, key, pid: Number(searchParams.get("pid")), at: performance.now(), open: true };
    response.on("close", () => {
      call.open = false;
    });
    accept(call);
    onEffect(call);
    await wait(answerMs());
    response.end("{}");
  };
  const server = createServer((request, response) => void take(request, response));
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls,
    times: (name) => counts.get(name) ?? 0,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** For the process that acts: done when the world has answered. */
export async function act(url, { kind, name, key = "" }) {
  const query = new URLSearchParams({ name, key, pid: `${process.pid}` });
  const response = await fetch(`${url}/${kind}?${query}`, { method: "POST" });
  await response.text();
}

export async function happened(url, key) {
  const response = await fetch(`${url}/happened?${new URLSearchParams({ key })}`);
  return (await response.json()).yes;
}

/** Of the effects that were to happen once each: how many never did, and how often one did again. */
export function tally(world, expected) {
  const times = expected.filter(({ kind }) => kind !== "read").map(({ name }) => world.times(name));
  const looked = new Set(world.calls.filter(({ kind }) => kind === "read").map(({ name }) => name));
  const unread = expected.filter(({ kind, name }) => kind === "read" && !looked.has(name)).length;
  return {
    effects: expected.length,
    lost: unread + times.filter((count) => count === 0).length,
    repeated: times.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
  };
}
