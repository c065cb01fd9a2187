import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Clock } from "../../src/base/clock.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { createObjectRequest } from "../../src/net/object-request.ts";
import { type BlobStore, sha256Of } from "../../src/workspace/blobs.ts";
import type { Workspaces } from "../../src/workspace/contract.ts";
import { createS3Blobs, type S3Place } from "../../src/workspace/s3-blobs.ts";
import { createWorkspaces } from "../../src/workspace/workspaces.ts";
import { leavingBlobsContract } from "../contracts/leaving-blobs.ts";
import { type FakeS3, s3Keys, startFakeS3 } from "../fakes/fake-s3.ts";
import { address, rejection } from "./temporary-workspaces.ts";

const request = createObjectRequest({ connectTimeoutMs: 2_000, idleTimeoutMs: 5_000 });

describe("workspace/s3-blobs", () => {
  let s3: FakeS3;
  let folder: string;
  let blobs: BlobStore;
  const waited: number[] = [];
  /** Pauses are over at once, and are written down. */
  const clock: Clock = {
    now: () => Date.now(),
    after(ms, fn) {
      waited.push(ms);
      queueMicrotask(fn);
      return () => undefined;
    },
  };
  const at = (place: Partial<S3Place> = {}, by = request): BlobStore =>
    createS3Blobs({
      place: {
        bucket: "blobs",
        prefix: "deputy/one",
        region: "eu-1",
        endpoint: s3.url,
        keys: s3Keys,
        ...place,
      },
      request: by,
      clock,
      spoolFolder: join(folder, "spool"),
    });
  const pieces = async function* (...texts: string[]): AsyncGenerator<Buffer> {
    for (const text of texts) yield await Promise.resolve(Buffer.from(text));
  };
  const nameOf = (sha256: string): string => `/blobs/deputy/one/${sha256.slice(0, 2)}/${sha256.slice(2)}`;

  beforeEach(async () => {
    s3 = await startFakeS3("blobs");
    folder = await mkdtemp(join(tmpdir(), "deputy-s3-"));
    waited.length = 0;
    blobs = at();
  });
  afterEach(async () => {
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });

  leavingBlobsContract(() => blobs);

  it("OB1: keeps content under its hash and gives it back", async () => {
    const sha256 = await blobs.put(Buffer.from("hello"));

    expect(s3.objects.get(nameOf(sha256))?.toString()).toBe("hello");
    expect((await blobs.get(sha256)).toString()).toBe("hello");
    expect(await blobs.has(sha256)).toBe(true);
    expect(await blobs.has(sha256Of(Buffer.from("never put")))).toBe(false);
  });

  it("takes a stream in pieces, gives one back, and leaves nothing in between", async () => {
    const stored = await blobs.putFrom(pieces("ab", "", "cd"));
    const back: Buffer[] = [];
    for await (const piece of blobs.stream(stored.sha256)) back.push(piece);

    expect(stored).toEqual({ sha256: sha256Of(Buffer.from("abcd")), sizeBytes: 4 });
    expect(Buffer.concat(back).toString()).toBe("abcd");
    expect(await readdir(join(folder, "spool"))).toEqual([]);
  });

  it("what is not sent yet has no name that would outlive a crash", async () => {
    const names: string[] = [];
    const looking: typeof request = async (url, call) => {
      names.push(...(await readdir(join(folder, "spool"))));
      return request(url, call);
    };
    const large = Buffer.alloc(200_000, "deputy");
    const own = at({}, looking);
    s3.failNext(1, 503);

    const { sha256 } = await own.putFrom(pieces(large.toString()));

    expect(names).toEqual([]);
    expect(s3.objects.get(nameOf(sha256))).toEqual(large);
  });

  it("sends what is large once", async () => {
    const large = Buffer.alloc(300_000, 7);
    const sha256 = await blobs.put(large);
    await blobs.put(large);

    const asked = s3.asked.map((one) => one.split(" ")[0]);
    expect(asked).toEqual(["HEAD", "PUT", "HEAD"]);
    expect(await blobs.get(sha256)).toEqual(large);
  });

  it("keeps manifests, and refuses what is none", async () => {
    const file = { sizeBytes: 1, path: "ä", sha256: "0".repeat(64) };

    expect(await blobs.getManifest(await blobs.putManifest([file]))).toEqual([file]);
    const other = await blobs.put(Buffer.from("{}"));
    expect(await rejection(blobs.getManifest(other))).toMatchObject({ code: "workspace.blob_corrupt" });
  });

  it.each([0, 503])("OB3: tries again what fails for a moment (%i)", async (status) => {
    s3.failNext(2, status);

    const { sha256 } = await blobs.putFrom(pieces("again"));

    expect(waited).toEqual([200, 1_000]);
    expect((await blobs.get(sha256)).toString()).toBe("again");
  });

  it.each([true, false])(
    "OB3: reads on where an answer broke off, where parts are given: %s",
    async (ranges) => {
      s3.ranges = ranges;
      const content = Buffer.from("0123456789".repeat(2_000));
      const sha256 = await blobs.put(content);
      s3.breakNext(2);

      expect(await blobs.get(sha256)).toEqual(content);
      expect(waited).toEqual([200, 1_000]);
    },
  );

  it("OB3: gives up an answer that breaks off each time", async () => {
    const sha256 = await blobs.put(Buffer.from("0123456789".repeat(2_000)));
    s3.breakNext(10);

    expect(await rejection(blobs.get(sha256))).toMatchObject({
      code: "workspace.io",
      retry: { kind: "backoff" },
    });
    expect(waited).toEqual([200, 1_000, 4_000]);
  });

  it("OB3: gives up after a while, and says what it was and that it may pass", async () => {
    s3.failNext(10, 503);
    expect(await rejection(blobs.put(Buffer.from("x")))).toMatchObject({
      code: "workspace.io",
      message: expect.stringContaining("answered 503 (SlowDown)"),
      retry: { kind: "backoff" },
    });
    await s3.close();
    expect(await rejection(blobs.put(Buffer.from("x")))).toMatchObject({
      code: "workspace.io",
      message: expect.stringMatching(/Could not keep the blob \w{12}: Could not reach 127\.0\.0\.1/),
    });
    s3 = await startFakeS3("blobs");
  });

  it.each([
    [{ keys: { ...s3Keys, secretAccessKey: "wrong" } }, "AWS_SECRET_ACCESS_KEY does not fit"],
    [{ bucket: "other" }, "check DEPUTY_BLOBS"],
  ])("says what is set wrongly: %o", async (place, hint) => {
    const told = { code: "workspace.io", message: expect.stringContaining(hint) };

    expect(await rejection(at(place).put(Buffer.from("x")))).toMatchObject(told);
    expect(await rejection(at(place).get(sha256Of(Buffer.from("x"))))).toMatchObject(told);
    expect(waited).toEqual([]);
  });

  it.each([
    ["plain", "https://plain.s3.eu-1.amazonaws.com/deputy/one/"],
    ["with.dots", "https://s3.eu-1.amazonaws.com/with.dots/deputy/one/"],
  ])("finds the bucket %s at AWS under a name that its certificate covers", async (bucket, begins) => {
    const asked: string[] = [];
    const place = { bucket, prefix: "deputy/one", region: "eu-1", keys: s3Keys };
    const answered = async (url: URL) => {
      asked.push(url.href);
      return { status: 200, body: pieces() };
    };

    await createS3Blobs({ place, request: answered, clock, spoolFolder: folder }).put(Buffer.from("x"));

    expect(asked).toEqual([expect.stringContaining(begins)]);
  });

  it("OB2: refuses content that is not what its name says, and says which is missing", async () => {
    const sha256 = await blobs.put(Buffer.from("hello"));
    s3.objects.set(nameOf(sha256), Buffer.from("hellO"));

    expect(await rejection(blobs.get(sha256))).toMatchObject({ code: "workspace.blob_corrupt" });
    const absent = sha256Of(Buffer.from("never put"));
    expect(await rejection(blobs.get(absent))).toMatchObject({ code: "workspace.blob_missing" });
    expect(await rejection(blobs.get("../../etc/passwd"))).toMatchObject({ code: "workspace.blob_corrupt" });
    expect(s3.asked.filter((one) => one.includes("etc"))).toEqual([]);
  });

  it("F3: a workspace on another machine is made from what one has kept there", async () => {
    const machine = (name: string): Workspaces =>
      createWorkspaces({ root: join(folder, name), blobs: at(), log: silentLogger, now: Date.now });
    const one = await machine("one").open(address);
    await one.write("report.md", "Figures");
    const kept = await one.snapshot(undefined);
    await one.close();

    const other = await machine("other").takeOver(address, kept?.manifest, 2);

    expect((await other.readText("report.md", 100)).text).toBe("Figures");
    await other.close();
  });
});
