import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { withoutSecretsIn } from "../../src/runtime/without-secrets.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";
import type { Workspace } from "../../src/workspace/contract.ts";
import { type TemporaryWorkspaces, temporaryWorkspaces } from "../workspace/temporary-workspaces.ts";

const secret = new Secret("s3cret-value-of-a-token");
const value = secret.reveal();

describe("runtime/without-secrets", () => {
  let temporary: TemporaryWorkspaces;
  let plain: Workspace;
  let workspace: Workspace;
  beforeEach(async () => {
    temporary = await temporaryWorkspaces();
    plain = await temporary.open();
    workspace = withoutSecretsIn(plain, createRedactor([secret]));
  });
  afterEach(() => temporary.remove());

  const written = async (): Promise<Buffer> => plain.read("a.txt", 0, 10_000);

  it.each<[string, string | Buffer, string]>([
    ["as text", `The key is ${value}, keep it.`, value],
    ["in base64", `Basic ${Buffer.from(value).toString("base64")}`, Buffer.from(value).toString("base64")],
    ["among bytes", Buffer.concat([Buffer.from([0, 255, 128]), Buffer.from(value)]), value],
  ])(
    "RED-2 I9: a live secret does not come into a file of the workspace: %s",
    async (_how, content, form) => {
      await workspace.write("a.txt", content);

      expect((await written()).toString("latin1")).not.toContain(form);
      expect((await written()).toString("latin1")).toContain(secret.toString());
    },
  );

  it("what holds none is written as it is, and all else is the workspace's own", async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    await workspace.write("a.txt", bytes);

    expect(await written()).toEqual(bytes);
    expect(await workspace.read("a.txt", 0, 256)).toEqual(bytes);
    expect(withoutSecretsIn(plain, undefined)).toBe(plain);
  });
});
