import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileRef } from "../../../../src/chat/slack/outbound/file-ref.ts";
import type { InboundFile } from "../../../../src/domain/inbound.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { startLoopbackServer } from "../../../net/loopback-server.ts";
import { failure, type OutboundWorld, openOutboundWorld } from "./outbound-world.ts";

const content = Buffer.from([0, 255, 13, 10, 128]);

describe("files of people", () => {
  let world: OutboundWorld;
  let id: string;
  beforeEach(async () => {
    world = await openOutboundWorld();
    const files = [{ name: "data.bin", content }];
    const message = await world.slack.person(ids.ana).says(ids.general, "look", { files });
    id = message.files[0]?.id ?? "";
  });
  afterEach(() => world.close());

  const file = (ref: string, more: Partial<InboundFile> = {}): InboundFile => ({
    id,
    name: "data.bin",
    sizeBytes: content.length,
    ref,
    ...more,
  });
  const bytes = async (one: InboundFile): Promise<Buffer> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await world.outbound.download(one)) chunks.push(chunk);
    return Buffer.concat(chunks);
  };
  const address = (): string => `${world.slack.url}/files-pri/${ids.team}-${id}/data.bin`;

  it("come by their id and by their address, byte for byte", async () => {
    expect(await bytes(file(fileRef(ids.team, id)))).toEqual(content);
    const { args } = world.slack.callsTo("files.download")[0] ?? {};
    expect(args).toEqual({ file: id });
    const known = world.slack.files.get(id);
    expect(known?.content).toEqual(content);
  });

  it.each([["file_0"], ["T0FAKE F0GONE"], ["T9NOBODY F0GONE"], [""]])(
    "C3: are gone where Slack does not know them (%j)",
    async (ref) => {
      expect(await failure(world.outbound.download(file(ref)))).toMatchObject({
        code: "chat.file_gone",
        fate: "refused",
        retry: { kind: "never" },
      });
    },
  );

  it("DF2: a sign-in page is not taken for the file", async () => {
    world.install(ids.team, "xoxb-of-somebody-else");

    const error = await failure(world.outbound.download(file(fileRef(ids.team, address()))));

    expect(error).toMatchObject({ code: "chat.file_gone" });
    expect(error.message).toContain("files:read");
  });

  it("DF1: the token goes to no other host, whatever address a file names", async () => {
    const other = await startLoopbackServer((_, response) => response.end("x"));
    try {
      const error = await failure(
        world.outbound.download(file(fileRef(ids.team, `${other.origin}/data.bin`))),
      );

      expect(error).toMatchObject({ code: "chat.file_gone", fate: "refused" });
      expect(other.requests).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it("says when to come again while Slack has trouble", async () => {
    world.slack.fault("files.download", { kind: "http", status: 503 });

    expect(await failure(world.outbound.download(file(fileRef(ids.team, id))))).toMatchObject({
      code: "chat.unavailable",
      retry: { kind: "backoff" },
    });
  });

  it("that break off are an error, not a shorter file", async () => {
    world.slack.fault("files.download", { kind: "lost" });

    expect(await failure(bytes(file(fileRef(ids.team, id))))).toMatchObject({ code: "chat.unavailable" });
  });

  it("are given up after a while", async () => {
    world.slack.fault("files.download", { kind: "hang" });

    const error = failure(bytes(file(fileRef(ids.team, id))));
    await world.slack.until(() => world.slack.callsTo("files.info").length === 1);
    await world.clock.advance(5_000);

    expect(await error).toMatchObject({ code: "chat.unavailable", retry: { kind: "backoff" } });
  });
});
