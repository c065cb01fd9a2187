// Signature Version 4 of AWS, as S3 and what speaks its language ask for it: a pure function.
//
//   SG1  What is signed is what is sent: method, path, query, every header given here, and the digest of the body.

import { createHash, createHmac } from "node:crypto";

export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface AwsRequest {
  readonly method: string;
  readonly url: URL;
  /** Lower-case names. Not `host` or `authorization`, which are added. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body. */
  readonly bodySha256: string;
}

export interface AwsScope {
  readonly keys: AwsKeys;
  readonly region: string;
  readonly service: string;
  /** Milliseconds. */
  readonly now: number;
}

const algorithm = "AWS4-HMAC-SHA256";

/** The headers to send, `host` apart. */
export function awsSigned(request: AwsRequest, scope: AwsScope): Record<string, string> {
  const { keys, region, service, now } = scope;
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const sent = {
    ...request.headers,
    "x-amz-content-sha256": request.bodySha256,
    "x-amz-date": time,
    ...(keys.sessionToken === undefined ? {} : { "x-amz-security-token": keys.sessionToken }),
  };
  const signed = Object.entries({ ...sent, host: request.url.host }).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}`),
    "",
    names,
    request.bodySha256,
  ].join("\n");
  const credential = `${day}/${region}/${service}/aws4_request`;
  const toSign = [algorithm, time, credential, sha256(canonical)].join("\n");
  const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${keys.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString("hex");
  return {
    ...sent,
    authorization: `${algorithm} Credential=${keys.accessKeyId}/${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

function canonicalQuery({ searchParams }: URL): string {
  return [...searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted()
    .join("&");
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
