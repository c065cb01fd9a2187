// A private, real Redis Cluster on loopback: three nodes with a third of the slots each, and a replica for each node where
// one of them is to be lost. Without persistence.

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "../support/free-port.ts";
import { answers, ask, host, launch } from "./redis.ts";

export interface RedisCluster {
  /** `host:port` of each node, the replicas last. */
  readonly nodes: readonly string[];
  flushAll(): Promise<void>;
  /** The names of all keys that match, by the port of the node that holds them. */
  keys(pattern: string): Promise<ReadonlyMap<number, readonly string[]>>;
  /** `SIGKILL` to the node that holds the key's slot; resolves when the others serve all slots again. */
  killOwnerOf(key: string): Promise<void>;
  stop(): Promise<void>;
}

interface Node {
  readonly port: number;
  readonly clusterPort: number;
  readonly child: ChildProcess;
}

const owners = 3;
const lastSlot = 16_383;

export async function startRedisCluster(
  options: { readonly replicas?: boolean } = {},
): Promise<RedisCluster> {
  const dir = await mkdtemp(path.join(tmpdir(), "deputy-redis-cluster-"));
  const nodes = await startNodes(dir, options.replicas ? 2 * owners : owners);
  const end = (): void => {
    for (const { child } of nodes) child.kill("SIGKILL");
  };
  process.once("exit", end);
  await join(nodes);
  const masters = nodes.slice(0, owners);
  return {
    nodes: nodes.map(({ port }) => `${host}:${port}`),
    async flushAll() {
      for (const { port } of alive(masters)) await ask(port, "FLUSHALL");
    },
    async keys(pattern) {
      const found = new Map<number, readonly string[]>();
      for (const { port } of alive(masters)) found.set(port, linesOf(await ask(port, `KEYS ${pattern}`)));
      return found;
    },
    async killOwnerOf(key) {
      const [first] = alive(masters);
      const slot = Number(/\d+/.exec(await ask(first?.port ?? 0, `CLUSTER KEYSLOT ${key}`))?.[0]);
      const owner = masters[masters.findIndex((_node, index) => slot <= slotsOf(index).last)];
      if (owner === undefined) throw new Error(`Nobody holds slot ${slot}`);
      const exited = once(owner.child, "exit");
      owner.child.kill("SIGKILL");
      await exited;
      for (const { port } of alive(nodes)) {
        await answers(port, "CLUSTER NODES", ",fail"); // agreed on, not only suspected
        await answers(port, "CLUSTER INFO", "cluster_state:ok");
      }
    },
    async stop() {
      process.off("exit", end);
      end();
      await Promise.all(alive(nodes).map(({ child }) => once(child, "exit")));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function startNodes(dir: string, count: number): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let n = 0; n < count; n += 1) {
    const [port, clusterPort, folder] = [await freePort(), await freePort(), path.join(dir, `${n}`)];
    await mkdir(folder);
    nodes.push({ port, clusterPort, child: launch(folder, port, clusterPort) });
    await answers(port, "PING", "+PONG");
  }
  return nodes;
}

/** Slots to the first three, everybody to everybody, and a replica to each where there are more. */
async function join(nodes: readonly Node[]): Promise<void> {
  const [first, ...others] = nodes;
  if (first === undefined) return;
  for (const [index, { port }] of nodes.slice(0, owners).entries()) {
    await ask(port, `CLUSTER ADDSLOTSRANGE ${slotsOf(index).first} ${slotsOf(index).last}`);
    await ask(port, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
  }
  for (const { port, clusterPort } of others) {
    await ask(first.port, `CLUSTER MEET ${host} ${port} ${clusterPort}`);
  }
  for (const { port } of nodes) {
    await answers(port, "CLUSTER INFO", `cluster_known_nodes:${nodes.length}`);
    await answers(port, "CLUSTER INFO", "cluster_state:ok");
  }
  for (const [index, { port }] of nodes.slice(owners).entries()) {
    const id = /[0-9a-f]{40}/.exec(await ask(nodes[index]?.port ?? 0, "CLUSTER MYID"))?.[0] ?? "";
    await ask(port, `CLUSTER REPLICATE ${id}`);
  }
  for (const { port } of nodes.slice(owners)) {
    await answers(port, "INFO replication", "master_link_status:up");
  }
}

function slotsOf(index: number): { readonly first: number; readonly last: number } {
  const share = Math.ceil((lastSlot + 1) / owners);
  return { first: index * share, last: Math.min((index + 1) * share - 1, lastSlot) };
}

function alive(nodes: readonly Node[]): readonly Node[] {
  return nodes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
}

function linesOf(reply: string): string[] {
  return reply.split("\r\n").filter((line) => line !== "" && !/^[*$:]/.test(line));
}
