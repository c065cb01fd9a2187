// A port of loopback for a server that others know before it listens, or that comes back to the one it had.
//
// None of those that the system hands out by itself (32768 and up on Linux): a fake or a connection that is opened meanwhile takes
// any of them.

import { once } from "node:events";
import { createServer } from "node:net";

const first = 20_000;
const count = 12_000;
const given = new Set<number>();

export async function freePort(): Promise<number> {
  const port = first + Math.floor(Math.random() * count);
  if (given.has(port)) return freePort();
  given.add(port);
  return (await isFree(port)) ? port : freePort();
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch {
    return false;
  }
  probe.close();
  await once(probe, "close");
  return true;
}
