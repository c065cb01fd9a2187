// Where Redis is: one server by URL, or the nodes of a cluster. Checked before anything connects.

import { BadRedisAddress } from "./errors.ts";

export interface RedisAddressOptions {
  /** `redis://` or `rediss://` (TLS), with user, password and database number where needed. */
  readonly url?: string | undefined;
  /** `host:port` or a URL each; user, password and TLS of the first URL hold for all. */
  readonly clusterNodes?: readonly string[] | undefined;
}

interface RedisNode {
  readonly host: string;
  readonly port: number;
}

export type RedisAddress =
  | { readonly kind: "server"; readonly url: string }
  | {
      readonly kind: "cluster";
      readonly nodes: readonly RedisNode[];
      readonly username?: string;
      readonly password?: string;
      readonly tls: boolean;
    };

/** Throws `BadRedisAddress`. The cluster wins where both are given. Messages never show user or password. */
export function parseRedisAddress(options: RedisAddressOptions): RedisAddress {
  const nodes = options.clusterNodes ?? [];
  if (nodes.length > 0) return parseCluster(nodes);
  if (options.url === undefined) {
    throw new BadRedisAddress("Redis has no address: set REDIS_URL or REDIS_CLUSTER_NODES.");
  }
  parseUrl(options.url, "REDIS_URL");
  return { kind: "server", url: options.url };
}

function parseCluster(entries: readonly string[]): RedisAddress {
  const urls = entries.map((entry) =>
    parseUrl(entry.includes("://") ? entry : `redis://${entry}`, "REDIS_CLUSTER_NODES"),
  );
  const first = urls[0];
  const username = decodeURIComponent(first?.username ?? "");
  const password = decodeURIComponent(first?.password ?? "");
  return {
    kind: "cluster",
    nodes: urls.map((url) => ({ host: bare(url.hostname), port: url.port === "" ? 6379 : Number(url.port) })),
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
    tls: first?.protocol === "rediss:",
  };
}

function parseUrl(text: string, setting: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol) || url.hostname === "") {
    throw new BadRedisAddress(
      `${setting} is not a Redis address. Write redis://host:6379 or rediss://host:6379.`,
    );
  }
  return url;
}

/** An IPv6 host without the brackets of a URL. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
