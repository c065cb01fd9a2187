// What holds for every test: network off but for loopback, no console output, no unhandled rejection, patience where something is waited for.

import net from "node:net";
import { afterEach, vi } from "vitest";
import { patienceMs } from "./support/patience.ts";

const loopback = /^(127\.|::1$|localhost$|::ffff:127\.)/;
// oxlint-disable-next-line typescript/unbound-method -- called with its socket as `this`
const connect = net.Socket.prototype.connect;

// Once: unit tests share a process, file after file.
if (connect.name !== "guarded") net.Socket.prototype.connect = guarded;

function guarded(this: net.Socket, ...args: unknown[]): net.Socket {
  const host = hostOf(args);
  if (host !== undefined && !loopback.test(host)) {
    throw new Error(`A test tried to reach ${host}. Tests may talk to loopback only.`);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- same arguments as we were given
  return connect.apply(this, args as Parameters<typeof connect>);
}

function hostOf(args: readonly unknown[]): string | undefined {
  const [first, second] = args;
  const options = Array.isArray(first) ? first[0] : first;
  if (typeof options === "object" && options !== null && "host" in options) {
    return typeof options.host === "string" ? options.host : undefined;
  }
  return typeof second === "string" ? second : undefined;
}

// By default one second, which is not long where processes of tests share two cores. (`expect.poll`: vitest.config.ts.)
const waits = { for: vi.waitFor.bind(vi), until: vi.waitUntil.bind(vi) };
const patient = <T extends object>(options: number | T | undefined) => ({
  timeout: patienceMs,
  ...(typeof options === "number" ? { timeout: options } : options),
});
if (vi.waitFor.name !== "patiently") {
  vi.waitFor = function patiently(callback, options) {
    return waits.for(callback, patient(options));
  };
  vi.waitUntil = (callback, options) => waits.until(callback, patient(options));
}

const printed = [
  vi.spyOn(console, "log"),
  vi.spyOn(console, "info"),
  vi.spyOn(console, "warn"),
  vi.spyOn(console, "error"),
];

afterEach(() => {
  for (const spy of printed) {
    const calls = spy.mock.calls.splice(0);
    if (calls.length > 0)
      throw new Error(`A test printed to the console: ${JSON.stringify(calls).slice(0, 500)}`);
  }
});
