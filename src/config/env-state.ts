// Settings of what lasts: database, queue, blobs.

import { z } from "zod";
import { pathSetting, secretSetting } from "./contract.ts";
import { addressWithoutUser, listOf, secretAddress } from "./text-schemas.ts";

const postgres = secretAddress(
  ["postgres:", "postgresql:"],
  "expected postgres://user:password@host:5432/name; leave it out to use SQLite",
).transform((text) => text.replace(/^postgresql:/, "postgres:"));

const redisExpected = "expected redis://host:6379, or rediss:// for TLS";
const redisAddress = secretAddress(["redis:", "rediss:"], redisExpected);

const clusterNodes = z.string().transform((text, context) => {
  const nodes = listOf(text);
  const good = nodes.every(
    (node) => redisAddress.safeParse(node.includes("://") ? node : `redis://${node}`).success,
  );
  if (good && nodes.length > 0) return nodes.join(",");
  context.addIssue("expected a comma list of host:port or redis://user:password@host:port");
  return z.NEVER;
});

export const stateSlice = {
  title: "State",
  settings: {
    databaseUrl: secretSetting({
      name: "DATABASE_URL",
      description: "Postgres, as `postgres://user:password@host:5432/name`",
      schema: postgres,
      showPart: addressWithoutUser,
      otherwise: "SQLite in `DEPUTY_DATA`",
    }),
    redisUrl: secretSetting({
      name: "REDIS_URL",
      description: "Redis for the queue, as `redis://` or `rediss://`",
      schema: redisAddress,
      showPart: addressWithoutUser,
      otherwise: "a queue inside the one process",
    }),
    redisClusterNodes: secretSetting({
      name: "REDIS_CLUSTER_NODES",
      description: "Nodes of a Redis cluster, a comma list; used instead of `REDIS_URL`",
      schema: clusterNodes,
      showPart: (text) =>
        listOf(text)
          .map((node) => addressWithoutUser(node.includes("://") ? node : `redis://${node}`))
          .join(", "),
    }),
    blobsFolder: pathSetting({
      name: "DEPUTY_BLOBS",
      description: "Folder of the workspace versions; on many machines a shared volume",
      schema: z
        .string()
        .refine(
          (text) => !/^[a-z][a-z0-9+.-]+:\/\//i.test(text),
          "expected a folder; this version keeps blobs in a folder only, which may be a shared volume",
        ),
      otherwise: "`blobs` in `DEPUTY_DATA`",
    }),
  },
} as const;
