// A process that posts requests. At a steady rate, whether or not answers come (no coordinated omission): latency counts from the
// moment at which a request was due. Or as fast as they are answered, over a number of connections.

import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serveSide, startSide } from "./side-process.mjs";
import { percentile } from "./spread.mjs";

/**
 * `ask({ url, perSecond, bodies })` gives the latencies' percentiles, `ask({ url, connections, bodies })` how many requests a
 * second were answered. A body is a text of JSON, or `{ body, headers }`.
 */
export function startDriver() {
  return startSide(import.meta.url, {});
}

function drive(task) {
  return task.connections === undefined ? atRate(task) : asFastAsAnswered(task);
}

async function atRate({ url, perSecond, bodies }) {
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const began = performance.now();
  const answers = [];
  for (let count = 0; count < bodies.length; count += 1) {
    const due = began + (count * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await wait(early);
    const from = Math.min(due, performance.now()); // timers may fire a fraction of a millisecond early
    answers.push(post(url, agent, bodies[count]).then(() => performance.now() - from));
  }
  const latencies = await Promise.all(answers);
  agent.destroy();
  return { p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}

async function asFastAsAnswered({ url, connections, bodies }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  let next = 0;
  const began = performance.now();
  const one = async () => {
    while (next < bodies.length) {
      next += 1;
      await post(url, agent, bodies[next - 1]);
    }
  };
  await Promise.all(Array.from({ length: connections }, one));
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  return { perSecond: bodies.length / seconds };
}

function post(url, agent, given) {
  const { body, headers: own = {} } = typeof given === "string" ? { body: given } : given;
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body);
    const headers = { "content-type": "application/json", "content-length": length, ...own };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.once("end", () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`Answered ${response.statusCode}`)),
      );
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await serveSide(async () => ({ answer: drive, close: () => undefined }));
