// Signature Version 4 of AWS, as S3 and what speaks its language ask for it.
//
//   SG1  What is signed is what is sent: method, path, query, every header given here, and the digest of the body.

import { AwsV4Signer } from "aws4fetch";

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

/** The headers to send, `host` apart. */
export async function awsSigned(request: AwsRequest, scope: AwsScope): Promise<Record<string, string>> {
  const { sessionToken, ...keys } = scope.keys;
  const { headers } = await new AwsV4Signer({
    method: request.method,
    url: request.url.href,
    headers: { ...request.headers, "x-amz-content-sha256": request.bodySha256 },
    ...keys,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: scope.service,
    region: scope.region,
    datetime: new Date(scope.now).toISOString().replace(/[-:]|\.\d{3}/g, ""),
    allHeaders: true,
  }).sign();
  return Object.fromEntries(headers);
}
