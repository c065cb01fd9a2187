// Undoes the `content-encoding` of an answer (RFC 9110, 8.4): for servers that compress although they were not asked to.

import { pipeline, type Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { NetError } from "./errors.ts";

const decoders = new Map([
  ["gzip", createGunzip],
  ["x-gzip", createGunzip],
  ["deflate", createInflate],
  ["br", createBrotliDecompress],
]);

/** The body in plain. Destroying the result destroys `body`; what breaks `body` breaks the result. */
export function decoded(body: Readable, encoding: string | undefined): Readable {
  const names = (encoding ?? "").split(",").map((name) => name.trim().toLowerCase());
  const applied = names.filter((name) => name !== "" && name !== "identity").toReversed();
  if (applied.length === 0) return body;
  return applied.reduce((source: Readable, name) => {
    const decoder = decoders.get(name);
    if (!decoder || applied.length > 2) {
      body.destroy();
      throw new NetError(
        "net.unreachable",
        `The answer is compressed in a way that is not understood: ${name}.`,
      );
    }
    return pipeline(source, decoder(), () => undefined);
  }, body);
}
