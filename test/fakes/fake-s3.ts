// A store of objects on loopback: path-style buckets, signatures checked by its own reckoning, bodies by their digest.

import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export const s3Keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a+secret/of+nobody" };

export interface FakeS3 {
  readonly url: string;
  readonly objects: Map<string, Buffer>;
  /** `METHOD name`, in order. */
  readonly asked: string[];
  /** The next so many requests are answered with this status, or cut off (0). */
  failNext(times: number, status: number): void;
  /** The next so many answers end after half of their bytes. */
  breakNext(times: number): void;
  /** Nothing may be deleted. */
  isLocked: boolean;
  /** Whether it gives a part where one is asked for. */
  ranges: boolean;
  close(): Promise<void>;
}

const problems: Readonly<Record<number, string>> = {
  403: "SignatureDoesNotMatch",
  400: "XAmzContentSHA256Mismatch",
  404: "NoSuchKey",
  503: "SlowDown",
};

export async function startFakeS3(bucket: string): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const asked: string[] = [];
  let breaking = 0;
  let failing: { times: number; status: number } = { times: 0, status: 0 };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = "", url = "" } = request;
    asked.push(`${method} ${url}`);
    if (failing.times > 0) {
      failing = { ...failing, times: failing.times - 1 };
      if (failing.status === 0) return void request.socket.destroy();
      return refuse(response, failing.status);
    }
    const body = await bytesOf(request);
    const sent = request.headers["x-amz-content-sha256"];
    if (!isSigned(request)) return refuse(response, 403);
    if (!url.startsWith(`/${bucket}/`)) return refuse(response, 404, "NoSuchBucket");
    if (sent !== createHash("sha256").update(body).digest("hex")) return refuse(response, 400);
    if (method === "DELETE") return remove(url, response);
    if (method === "PUT") return keep(url, body, request, response);
    const found = objects.get(url);
    if (!found) return refuse(response, 404);
    give(found, request, response);
  };

  const remove = (url: string, response: ServerResponse): void => {
    if (fake.isLocked) return refuse(response, 403, "AccessDenied");
    objects.delete(url);
    response.writeHead(204).end();
  };

  const keep = (url: string, body: Buffer, request: IncomingMessage, response: ServerResponse): void => {
    const source = request.headers["x-amz-copy-source"];
    const content = source === undefined ? body : objects.get(String(source));
    if (!content) return refuse(response, 404);
    if (source === undefined && Number(request.headers["content-length"]) !== body.length)
      return refuse(response, 411);
    objects.set(url, content);
    response.end(source === undefined ? undefined : "<CopyObjectResult/>");
  };

  const give = (found: Buffer, request: IncomingMessage, response: ServerResponse): void => {
    const from = fake.ranges ? Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0) : 0;
    if (from > 0 && from >= found.length) return refuse(response, 416, "InvalidRange");
    const part = found.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": part.length });
    if (request.method === "HEAD") return void response.end();
    if (breaking === 0) return void response.end(part);
    breaking -= 1;
    response.write(part.subarray(0, Math.ceil(part.length / 2)), () => void request.socket.destroy());
  };

  const server = createServer((request, response) => void answer(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server on TCP has such an address
  const { port } = server.address() as AddressInfo;
  const fake: FakeS3 = {
    url: `http://127.0.0.1:${port}`,
    objects,
    asked,
    failNext: (times, status) => void (failing = { times, status }),
    breakNext: (times) => void (breaking = times),
    ranges: true,
    isLocked: false,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return fake;
}

function refuse(response: ServerResponse, status: number, code = problems[status] ?? "InternalError"): void {
  response.writeHead(status).end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) {
    const bytes: Buffer = piece;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}

function isSigned({ method, url = "", headers }: IncomingMessage): boolean {
  const { authorization = "" } = headers;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, key, day = "", region = "", names = "", signature] = form.exec(authorization) ?? [];
  const listed = names.split(";");
  if (key !== s3Keys.accessKeyId || !listed.includes("host") || !listed.includes("x-amz-date")) return false;
  const lines = listed.map((name) => `${name}:${String(headers[name])}\n`).join("");
  const canonical = `${method}\n${url}\n\n${lines}\n${names}\n${String(headers["x-amz-content-sha256"])}`;
  const digest = createHash("sha256").update(canonical).digest("hex");
  const toSign = `AWS4-HMAC-SHA256\n${String(headers["x-amz-date"])}\n${day}/${region}/s3/aws4_request\n${digest}`;
  let secret: string | Buffer = `AWS4${s3Keys.secretAccessKey}`;
  for (const part of [day, region, "s3", "aws4_request", toSign]) {
    secret = createHmac("sha256", secret).update(part).digest();
  }
  return Buffer.from(secret).toString("hex") === signature;
}
