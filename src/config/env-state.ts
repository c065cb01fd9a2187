// Settings of what lasts: database, queue, blobs.

import { z } from "zod";
import { pathSetting, secretSetting, setting } from "./contract.ts";
import { addressWithoutUser, listOf, secretAddress, webAddress } from "./text-schemas.ts";

const postgres = secretAddress(
  ["postgres:", "postgresql:"],
  "expected postgres://user:password@host:5432/name; leave it out to use SQLite",
).transform((text) => text.replace(/^postgresql:/, "postgres:"));

const redisExpected = "expected redis://host:6379, or rediss:// for TLS";
const redisAddress = secretAddress(["redis:", "rediss:"], redisExpected);

/** Names of buckets, and prefixes that need no escaping. */
const bucketForm =
  /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/((?:(?!\.)[A-Za-z0-9._-]+)(?:\/(?!\.)[A-Za-z0-9._-]+)*))?\/?$/;

/** Bucket and prefix of `s3://…`; undefined for a folder. */
export function bucketOf(
  blobs: string | undefined,
): { readonly bucket: string; readonly prefix: string } | undefined {
  const [, bucket, prefix = ""] = bucketForm.exec(blobs ?? "") ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
}

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
    blobs: pathSetting({
      name: "DEPUTY_BLOBS",
      description:
        "Where the workspace versions are: a folder (on many machines a shared volume), or `s3://bucket/prefix`",
      schema: z
        .string()
        .refine(
          (text) => !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || bucketForm.test(text),
          "expected a folder, or s3://bucket/prefix",
        ),
      unless: bucketForm,
      otherwise: "`blobs` in `DEPUTY_DATA`",
    }),
    awsKeyId: setting({
      name: "AWS_ACCESS_KEY_ID",
      description:
        "Key for `s3://` blobs: it needs `s3:GetObject`, `s3:PutObject` and `s3:ListBucket`, with `retention.workspaces` also `s3:DeleteObject`",
      schema: z.string().regex(/^[\w/+=.-]+$/, "expected an access key id"),
    }),
    awsSecretKey: secretSetting({
      name: "AWS_SECRET_ACCESS_KEY",
      description: "The other half of it",
    }),
    awsSessionToken: secretSetting({
      name: "AWS_SESSION_TOKEN",
      description:
        "Of a key that is lent for a time. It is read once, so the process has to be started again before it ends",
    }),
    awsRegion: setting({
      name: "AWS_REGION",
      description: "Region of the bucket",
      schema: z.string().regex(/^[a-z0-9-]+$/, "expected a region such as eu-central-1"),
      default: "us-east-1",
    }),
    s3Endpoint: setting({
      name: "AWS_ENDPOINT_URL_S3",
      description: "An object store of another kind that speaks S3, such as `http://minio:9000`",
      schema: webAddress({ httpAnywhere: true }),
      otherwise: "AWS",
    }),
  },
} as const;
