// The standard streams of the process, which a reader may leave and a disk may not hold.
//
//   ST1  A reader that has gone (`| head`) is no failure. What is still said is dropped, and the command goes on: a server, too.
//   ST2  What could not be printed for another reason is told on stderr, and the command has failed.

import type { Writable } from "node:stream";
import { systemErrorCode } from "../base/errors.ts";
import { whyNot } from "./cannot-write.ts";

export interface StandardStreams {
  /** When all is written. Takes the exit code of the command and returns that of the process. */
  end(code: number): Promise<number>;
}

/** From now on nothing that happens to the streams ends the process. */
export function keepStandardStreams(stdout: Writable, stderr: Writable): StandardStreams {
  let lost: Error | undefined;
  stdout.on("error", (error: Error) => {
    if (systemErrorCode(error) !== "EPIPE") lost ??= error;
  });
  stderr.on("error", () => undefined); // there is nowhere to tell it
  return {
    async end(code) {
      await flushed(stdout);
      if (lost)
        stderr.write(
          `What was printed is not all there, since stdout could not be written: ${whyNot(lost)}\n`,
        );
      await flushed(stderr);
      return lost && code === 0 ? 1 : code;
    },
  };
}

/** A failure to write is told two ticks after it. */
function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => void stream.write("", () => void setImmediate(resolve)));
}
