// The bucket of the blobs, as doctor tries it.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../../src/cli/check.ts";
import { bucketCheck } from "../../src/cli/doctor-blobs.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { type FakeS3, s3Keys, startFakeS3 } from "../fakes/fake-s3.ts";

describe("cli/doctor-blobs", () => {
  let s3: FakeS3;
  let folder: string;
  beforeAll(async () => {
    s3 = await startFakeS3("blobs");
    folder = await mkdtemp(path.join(tmpdir(), "deputy-doctor-blobs-"));
  });
  afterAll(async () => {
    await s3.close();
    await rm(folder, { recursive: true, force: true });
  });

  const look = async (text: string): Promise<Finding> => {
    const file = path.join(folder, "deputy.config.yml");
    await writeFile(file, text);
    const env = {
      DEPUTY_DATA: folder,
      DEPUTY_CONFIG: file,
      DEPUTY_BLOBS: "s3://blobs/one",
      AWS_ENDPOINT_URL_S3: s3.url,
      AWS_ACCESS_KEY_ID: s3Keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3Keys.secretAccessKey,
    };
    return bucketCheck(loadConfig({ env, cwd: folder }), false);
  };
  const keeping = "retention: { workspaces: 180d }\n";

  it("tries to delete where the configuration wants things deleted, and nowhere else", async () => {
    s3.isLocked = true;
    expect(await look("{}\n")).toMatchObject({ status: "pass" });
    expect(s3.asked.filter((one) => one.startsWith("DELETE"))).toEqual([]);
    expect(await look(keeping)).toMatchObject({
      status: "fail",
      observed: expect.stringContaining("AccessDenied"),
      fix: expect.stringContaining("s3:DeleteObject"),
    });
    s3.isLocked = false;
    expect(await look(keeping)).toMatchObject({
      status: "pass",
      observed: expect.stringContaining("lets go"),
    });
    expect([...s3.objects.keys()]).toEqual([]);
  });
});
