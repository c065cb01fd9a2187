import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { keepStandardStreams } from "../../src/cli/standard-streams.ts";

/** A stream that takes nothing, for a reason of the system. */
function refusing(code: string): Writable {
  return new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: in raw words`), { code })),
  });
}

function reading(): { readonly stream: Writable; readonly text: () => string } {
  let text = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return { stream, text: () => text };
}

describe("cli/standard-streams", () => {
  it("ST1: a reader that has gone is no failure", async () => {
    const stdout = refusing("EPIPE");
    const { stream, text } = reading();
    const streams = keepStandardStreams(stdout, stream);

    stdout.write("a line\n");

    expect(await streams.end(0)).toBe(0);
    expect(text()).toBe("");
  });

  it("ST2: says that a full disk did not take what was printed, and fails", async () => {
    const stdout = refusing("ENOSPC");
    const { stream, text } = reading();
    const streams = keepStandardStreams(stdout, stream);

    stdout.write("a line\n");

    expect(await streams.end(0)).toBe(1);
    expect(text()).toMatch(/stdout could not be written: the disk is full\. Free some space/);
    expect(text()).not.toContain("ENOSPC");
  });

  it("ST2: keeps the exit code of a command that failed anyway", async () => {
    const stdout = refusing("ENOSPC");
    const streams = keepStandardStreams(stdout, reading().stream);

    stdout.write("a line\n");

    expect(await streams.end(3)).toBe(3);
  });

  it("a stderr that is gone ends nothing", async () => {
    const { stream, text } = reading();
    const stderr = refusing("EPIPE");
    const streams = keepStandardStreams(stream, stderr);

    stderr.write("a note\n");
    stream.write("a line\n");

    expect(await streams.end(0)).toBe(0);
    expect(text()).toBe("a line\n");
  });
});
