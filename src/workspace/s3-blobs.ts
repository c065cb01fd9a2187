// Blobs in S3, or in what speaks its language: for many machines without a shared volume for them (design 4).
//
//   OB1  A blob is whole or not there: its digest is part of the signed request, and the store refuses what does not match.
//   OB2  What is read is checked against its name.
//   OB4  What is set aside is copied before it is deleted: it is at one of the two names at least, and who keeps content asks for the
//        first. Needs `s3:DeleteObject`.
//   OB3  What the store refuses for a moment, or a connection that breaks, is tried again, and what was being read goes on where it
//        broke off; anything else is told at once, and nothing was kept.

import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "../base/abort.ts";
import type { Clock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import { type AwsKeys, awsSigned } from "../net/aws-signature.ts";
import type { ObjectAnswer, ObjectCall, ObjectRequest } from "../net/object-request.ts";
import {
  asManifest,
  type BlobStore,
  checkName,
  corruptBlob,
  manifestText,
  missingBlob,
  type StoredBlob,
  sha256Of,
  writeHashed,
} from "./blobs.ts";
import { translated, WorkspaceError } from "./errors.ts";

export interface S3Place {
  readonly bucket: string;
  /** Before the names, without slashes at its ends. */
  readonly prefix: string;
  readonly region: string;
  /** Where it is not AWS's own. */
  readonly endpoint?: string | undefined;
  readonly keys: AwsKeys;
}

export interface S3BlobsDeps {
  readonly place: S3Place;
  readonly request: ObjectRequest;
  readonly clock: Clock;
  /** Large files of unknown digest wait here while they are hashed. */
  readonly spoolFolder: string;
}

type Body = () => Uint8Array | AsyncIterable<Uint8Array>;

interface Call {
  readonly method: ObjectCall["method"];
  readonly sha256: string;
  readonly sizeBytes?: number;
  readonly body?: Body;
  /** Without the bytes before that one. */
  readonly from?: number;
  /** At the name of what is set aside. */
  readonly aside?: boolean;
  /** Of what is at the other of its names. */
  readonly copies?: boolean;
}

const emptySha256 = sha256Of(new Uint8Array());
const pausesMs = [200, 1_000, 4_000];
const passing = new Set([408, 429, 500, 502, 503, 504]);
/** Smaller ones are sent without asking whether they are there. */
const askFromBytes = 256 * 1024;
const pieceBytes = 64 * 1024;

export function createS3Blobs(deps: S3BlobsDeps): BlobStore {
  const store = new BlobBucket(deps);
  return {
    put: (content) => store.put(content),
    putFrom: (source) => store.putFrom(source),
    get: (sha256) => store.get(sha256),
    has: (sha256) => store.has(sha256),
    stream: (sha256) => store.stream(sha256),
    putManifest: (manifest) => store.put(Buffer.from(manifestText(manifest))),
    getManifest: async (digest) => asManifest(digest, await store.get(digest)),
    setAside: (sha256) => store.move(sha256, true),
    bringBack: (sha256) => store.move(sha256, false),
    dropAside: (sha256) => store.drop(sha256, true),
  };
}

class BlobBucket {
  readonly #deps: S3BlobsDeps;

  constructor(deps: S3BlobsDeps) {
    this.#deps = deps;
  }

  async put(content: Buffer): Promise<string> {
    const sha256 = sha256Of(content);
    await this.#keep(sha256, content.length, () => content);
    return sha256;
  }

  async putFrom(source: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    const spool = await translated("keep", "a version of a file", () => openSpool(this.#deps.spoolFolder));
    try {
      const stored = await translated("keep", "a version of a file", () => writeHashed(source, spool));
      await this.#keep(stored.sha256, stored.sizeBytes, () => contentOf(spool));
      return stored;
    } finally {
      await spool.close();
    }
  }

  async get(sha256: string): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.stream(sha256)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async *stream(sha256: string): AsyncGenerator<Buffer> {
    const hash = createHash("sha256");
    let given = 0;
    for await (const piece of this.#pieces(sha256, () => given)) {
      given += piece.length;
      hash.update(piece);
      yield piece;
    }
    if (hash.digest("hex") !== sha256) throw corruptBlob(sha256, "its content is not what its name says");
  }

  /** OB3: goes on from `given` where the answer breaks off. */
  async *#pieces(sha256: string, given: () => number): AsyncGenerator<Buffer> {
    for (let tried = 0; ; tried += 1) {
      const from = given();
      const call: Call = { method: "GET", sha256, ...(from === 0 ? {} : { from }) };
      const answer = await this.#found(call);
      if (from > 0 && answer.status === 416) return void (await drained(answer));
      if (answer.status !== 200 && answer.status !== 206) throw await unread(sha256, answer);
      try {
        yield* answer.status === 206 ? answer.body : without(answer.body, from);
        return;
      } catch (error) {
        const wait = pausesMs[tried];
        if (wait === undefined) throw unreachable(call, error);
        await pause(this.#deps.clock, wait);
      }
    }
  }

  /** OB4: it may be moved either way while we look. */
  async #found(call: Call): Promise<ObjectAnswer> {
    for (const aside of [false, true]) {
      const answer = await this.#call({ ...call, aside });
      if (answer.status !== 404) return answer;
      await drained(answer);
    }
    return this.#call(call);
  }

  /** OB4. */
  async move(sha256: string, aside: boolean): Promise<void> {
    const copied = await this.#call({ method: "PUT", sha256, aside, copies: true });
    if (copied.status === 404) return void (await drained(copied));
    if (copied.status !== 200) throw await refused("copy", sha256, copied);
    await drained(copied); // may tell of a failure below a 200
    if (await this.has(sha256, aside)) await this.drop(sha256, !aside);
  }

  async drop(sha256: string, aside: boolean): Promise<void> {
    const answer = await this.#call({ method: "DELETE", sha256, aside });
    if (![200, 204, 404].includes(answer.status)) throw await refused("delete", sha256, answer);
    await drained(answer);
  }

  async has(sha256: string, aside = false): Promise<boolean> {
    const answer = await this.#call({ method: "HEAD", sha256, aside });
    await drained(answer);
    if (answer.status === 200) return true;
    if (answer.status === 404) return false;
    throw await refused("look for", sha256, answer);
  }

  async #keep(sha256: string, sizeBytes: number, body: Body): Promise<void> {
    if (sizeBytes >= askFromBytes && (await this.has(sha256))) return;
    const answer = await this.#call({ method: "PUT", sha256, sizeBytes, body });
    if (answer.status !== 200) throw await refused("keep", sha256, answer);
    await drained(answer);
  }

  /** OB3. */
  async #call(call: Call): Promise<ObjectAnswer> {
    for (let tried = 0; ; tried += 1) {
      const wait = pausesMs[tried];
      try {
        const answer = await this.#send(call);
        if (wait === undefined || !passing.has(answer.status)) return answer;
        await drained(answer);
      } catch (error) {
        if (wait === undefined || error instanceof WorkspaceError) throw unreachable(call, error);
      }
      await pause(this.#deps.clock, wait);
    }
  }

  async #send({ method, sha256, sizeBytes, body, from, aside = false, copies }: Call): Promise<ObjectAnswer> {
    const { place, clock, request } = this.#deps;
    const { keys, region } = place;
    const url = urlOf(place, sha256, aside);
    const bodySha256 = body === undefined ? emptySha256 : sha256;
    const headers = await awsSigned(
      {
        method,
        url,
        bodySha256,
        headers: {
          ...(sizeBytes === undefined ? {} : { "content-length": String(sizeBytes) }),
          ...(copies === true ? { "x-amz-copy-source": sourceOf(place, sha256, !aside) } : {}),
          ...(from === undefined ? {} : { range: `bytes=${from}-` }),
        },
      },
      { keys, region, service: "s3", now: clock.now() },
    );
    return request(url, { method, headers, ...(body === undefined ? {} : { body: body() }) });
  }
}

/** An endpoint of one's own has the bucket in its path; AWS has it in the name of the host, where its certificate covers no more dots. */
function urlOf(place: S3Place, sha256: string, aside: boolean): URL {
  const { bucket, region, endpoint } = place;
  const name = nameOf(place, sha256, aside);
  const host = `s3.${region}.amazonaws.com`;
  return endpoint === undefined && !bucket.includes(".")
    ? new URL(`https://${bucket}.${host}/${name}`)
    : new URL(`${endpoint ?? `https://${host}`}/${bucket}/${name}`);
}

function nameOf({ prefix }: S3Place, sha256: string, aside: boolean): string {
  checkName(sha256);
  const folders = [...(prefix === "" ? [] : [prefix]), ...(aside ? ["leaving"] : [])];
  return [...folders, sha256.slice(0, 2), sha256.slice(2)].join("/");
}

function sourceOf(place: S3Place, sha256: string, aside: boolean): string {
  return `/${place.bucket}/${nameOf(place, sha256, aside)}`.split("/").map(encodeURIComponent).join("/");
}

/** Without a name from the first moment: whatever ends this process leaves nothing behind. */
async function openSpool(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomUUID());
  const handle = await open(path, "wx+", 0o600);
  await rm(path);
  return handle;
}

async function* contentOf(spool: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await spool.read(Buffer.alloc(pieceBytes), 0, pieceBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Of a store that gives everything whatever is asked for. */
async function* without(body: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const piece of body) {
    const rest = piece.subarray(left);
    left -= piece.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}

async function drained({ body }: ObjectAnswer): Promise<string> {
  let text = "";
  for await (const piece of body) if (text.length < 2_000) text += piece.toString();
  return text;
}

const hints: Readonly<Record<string, string>> = {
  InvalidAccessKeyId: "The store does not know AWS_ACCESS_KEY_ID.",
  SignatureDoesNotMatch: "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID.",
  ExpiredToken: "AWS_SESSION_TOKEN has expired.",
  RequestTimeTooSkewed: "The clock of this machine is wrong.",
  NoSuchBucket: "There is no such bucket: check DEPUTY_BLOBS.",
  PermanentRedirect: "The bucket is in another region: check AWS_REGION.",
  AuthorizationHeaderMalformed: "The bucket is in another region: check AWS_REGION.",
  AccessDenied:
    "The key may not do that: it needs s3:GetObject, s3:PutObject and s3:ListBucket, and for retention.workspaces s3:DeleteObject.",
};

/** 404 is also said of a bucket that is not there: no backup brings its blobs back. */
async function unread(sha256: string, answer: ObjectAnswer): Promise<WorkspaceError> {
  const error = await refused("read", sha256, answer);
  return answer.status === 404 && error.facts["code"] !== "NoSuchBucket" ? missingBlob(sha256) : error;
}

async function refused(attempt: string, sha256: string, answer: ObjectAnswer): Promise<WorkspaceError> {
  const text = await drained(answer);
  const code = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? "";
  const hint = hints[code] ?? "An operator has to look; try again later.";
  return new WorkspaceError(
    "workspace.io",
    `Could not ${attempt} the blob ${sha256.slice(0, 12)}: the object store answered ${answer.status}${code === "" ? "" : ` (${code})`}. ${hint}`,
    { facts: { status: answer.status, code }, retry: { kind: "backoff" } },
  );
}

const attempts = { GET: "read", HEAD: "look for", PUT: "keep", DELETE: "delete" } as const;

function unreachable({ method, sha256 }: Call, error: unknown): unknown {
  if (error instanceof WorkspaceError) return error;
  return new WorkspaceError(
    "workspace.io",
    `Could not ${attempts[method]} the blob ${sha256.slice(0, 12)}: ${errorText(error)}`,
    { cause: error, retry: { kind: "backoff" } },
  );
}
