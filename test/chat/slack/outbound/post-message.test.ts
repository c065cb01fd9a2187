import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asRunId } from "../../../../src/domain/ids.ts";
import { createGate } from "../../../fakes/gate.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { aCard, aNotice, anAttention, aResult } from "../../outgoing.ts";
import {
  address,
  failure,
  type OutboundWorld,
  openOutboundWorld,
  whileTimePasses,
} from "./outbound-world.ts";

const csv = { name: "vendors.csv", content: Buffer.from("a,b\n1,2\n") };
const pdf = { name: "report.pdf", title: "The report", content: Buffer.from([37, 80, 68, 70, 0]) };
const outgoing = (file: { name: string; content: Buffer }) => ({
  name: file.name,
  sha256: "a".repeat(64),
  sizeBytes: file.content.length,
});
const withFiles = aResult({ files: [outgoing(csv), outgoing(pdf)] });

describe("posting to Slack", () => {
  let world: OutboundWorld;
  beforeEach(async () => {
    world = await openOutboundWorld();
  });
  afterEach(() => world.close());

  const uploads = (): number => world.slack.callsTo("files.completeUploadExternal").length;

  it.each([
    ["card", aCard()],
    ["attention", anAttention()],
    ["result", aResult()],
    ["notice", aNotice()],
  ] as const)(
    "OUT-1: posts a %s into the thread, with its key, run and kind, and unfurls nothing",
    async (kind, message) => {
      const at = await world.thread();

      const id = await world.outbound.post(at, { key: "k1", run: asRunId("run_1") }, message, []);

      expect(world.said(at)).toMatchObject([
        {
          ts: id,
          metadata: { event_type: "deputy", event_payload: { key: "k1", run: "run_1", kind } },
          unfurl: { links: false, media: false },
        },
      ]);
      expect(world.slack.callsTo("chat.postMessage")[0]?.args["link_names"]).toBe("false");
    },
  );

  it("posts outside of threads what answers a slash command, in a channel and in direct messages", async () => {
    const channel = await world.outbound.post(
      address({ thread: `~${ids.ana}` }),
      { key: "k1" },
      aNotice(),
      [],
    );
    const inPerson = address({ kind: "dm", channel: ids.ana, thread: `~${ids.ana}` });
    const direct = await world.outbound.post(inPerson, { key: "k2" }, aNotice(), []);

    expect(world.slack.message(ids.general, channel)?.thread_ts).toBeUndefined();
    expect(world.slack.botMessages("D0ANA").map(({ ts }) => ts)).toEqual([direct]);
  });

  describe("an answer that is lost", () => {
    it("C2, I2: is found by its key, in a thread", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "lost" });

      const error = await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));

      expect(error).toMatchObject({ code: "chat.unavailable", fate: "unknown" });
      const again = world.restart();
      const [said] = world.said(at);
      expect(await again.findByKey(at, "k1")).toBe(said?.ts);
      expect(await again.post(at, { key: "k1" }, aResult(), [])).toBe(said?.ts);
      expect(world.said(at)).toHaveLength(1);
    });

    it.each([
      ["in a channel, without a thread", { thread: `~${ids.ana}` }],
      ["in direct messages", { kind: "dm", channel: "D0ANA", thread: `~${ids.ana}` } as const],
      ["in what is addressed to a person", { kind: "dm", channel: ids.ana, thread: `~${ids.ana}` } as const],
    ])("C2, I2: is found by its key, %s", async (_, place) => {
      const at = address(place);
      world.slack.fault("chat.postMessage", { kind: "lost" });
      await failure(world.outbound.post(at, { key: "k1" }, aNotice(), []));

      expect(await world.restart().findByKey(at, "k1")).toBe(world.slack.botMessages().at(-1)?.ts);
    });

    it("PO2: is looked for by the post itself, where nobody asked before", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "lost" });
      await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));

      const id = await world.outbound.post(at, { key: "k1" }, aResult(), []);

      expect(world.said(at).map(({ ts }) => ts)).toEqual([id]);
    });

    it("PO2: a post that never came through is posted then", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "cut" });
      await failure(world.outbound.post(at, { key: "k1" }, aResult(), []));

      expect(await world.outbound.findByKey(at, "k1")).toBeUndefined();
      const posted = world.outbound.post(at, { key: "k1" }, aResult(), []);
      await whileTimePasses(world, 2_000, posted);
      expect(world.said(at)).toHaveLength(1);
    });

    it("C3: a call that is never answered is given up, its fate unknown", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "hang" });

      expect(await failure(world.restart(200).post(at, { key: "k1" }, aNotice(), []))).toMatchObject({
        code: "chat.unavailable",
        fate: "unknown",
      });
    });

    it("finds a key behind many other messages, page after page", async () => {
      const at = await world.thread();
      world.slack.limits.off();
      const id = await world.outbound.post(at, { key: "k1" }, aNotice(), []);
      for (let n = 0; n < 250; n += 1) {
        await world.slack.robotSays(at.channel, `noise ${n}`, { thread: at.thread });
      }
      const last = await whileTimePasses(world, 2_000, world.outbound.post(at, { key: "k2" }, aNotice(), []));

      const again = world.restart();

      expect(await again.findByKey(at, "k1")).toBe(id);
      expect(await again.findByKey(at, "k2")).toBe(last);
    });

    it("OM1: a message of another bot with our metadata is not ours", async () => {
      const at = await world.thread();
      const theirs = await world.slack.robotSays(at.channel, "me too", { thread: at.thread });
      theirs.metadata = { event_type: "deputy", event_payload: { key: "k1" } };

      expect(await world.outbound.findByKey(at, "k1")).toBeUndefined();
    });

    it("OM3: what can't be read counts as not there, with a line in the log", async () => {
      const at = await world.thread();
      world.slack.fault("conversations.replies", { kind: "error", error: "missing_scope" });

      expect(await world.outbound.findByKey(at, "k1")).toBeUndefined();
      expect(world.log.filter(({ level }) => level === "warn").map(({ text }) => text)).toContain(
        "A conversation can't be read back; what is posted there may repeat",
      );
    });

    it.each([
      [{ kind: "http", status: 500 }, "chat.unavailable"],
      [{ kind: "limited", seconds: 20 }, "chat.rate_limited"],
      [{ kind: "error", error: "token_revoked" }, "chat.refused"],
    ] as const)("OM3: where Slack can't be asked now (%j) nothing is known", async (fault, code) => {
      const at = await world.thread();
      world.slack.fault("conversations.replies", fault);

      expect(await failure(world.outbound.findByKey(at, "k1"))).toMatchObject({ code });
    });
  });

  describe("files", () => {
    it("PO1: go up in one message of the thread, before the result", async () => {
      const at = await world.thread();

      const id = await whileTimePasses(
        world,
        3_000,
        world.outbound.post(at, { key: "k1" }, withFiles, [csv, pdf]),
      );

      const [first, second] = world.said(at);
      expect(first?.files.map(({ name, title, content }) => ({ name, title, content }))).toEqual([
        { name: "vendors.csv", title: "vendors.csv", content: csv.content },
        { name: "report.pdf", title: "The report", content: pdf.content },
      ]);
      expect(second?.ts).toBe(id);
    });

    it("PO2: an upload whose answer is lost is known by name, size and place, and not sent again", async () => {
      const at = await world.thread();
      world.slack.fault("files.completeUploadExternal", { kind: "lost" });
      const files = [csv, pdf];

      const error = await failure(world.outbound.post(at, { key: "k1" }, withFiles, files));
      const again = world.restart();
      const found = await again.findByKey(at, "k1");
      await whileTimePasses(world, 3_000, again.post(at, { key: "k1" }, withFiles, files));

      expect(error).toMatchObject({ fate: "unknown" });
      expect(found).toBeUndefined();
      expect(uploads()).toBe(1);
      expect(world.said(at).map((one) => one.files.length)).toEqual([2, 0]);
    });

    it("PO2: an upload that broke off before its end is sent again", async () => {
      const at = await world.thread();
      world.slack.fault("files.upload", { kind: "cut" });

      await failure(world.outbound.post(at, { key: "k1" }, withFiles, [csv, pdf]));
      const again = world.restart();
      await again.findByKey(at, "k1");
      await whileTimePasses(world, 3_000, again.post(at, { key: "k1" }, withFiles, [csv, pdf]));

      expect(world.said(at).map((one) => one.files.length)).toEqual([2, 0]);
    });

    it("OM2: a file of the same name and size that belongs to an earlier result is not taken for this one", async () => {
      const at = await world.thread();
      const message = aResult({ files: [outgoing(csv)] });
      await whileTimePasses(world, 3_000, world.outbound.post(at, { key: "k1" }, message, [csv]));

      const again = world.restart();
      expect(await again.findByKey(at, "k2")).toBeUndefined();
      await whileTimePasses(world, 3_000, again.post(at, { key: "k2" }, message, [csv]));

      expect(uploads()).toBe(2);
    });

    it("are up once when the message is refused in its first form, or limited", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "error", error: "invalid_blocks" });
      world.slack.fault("chat.postMessage", { kind: "limited", seconds: 3 });

      const post = (): Promise<string> =>
        whileTimePasses(
          world,
          10_000,
          world.outbound.post(at, { key: "k1" }, aResult({ files: [outgoing(csv)] }), [csv]),
        );
      expect(await failure(post())).toMatchObject({ code: "chat.decoration_refused" });
      expect(await failure(post())).toMatchObject({ code: "chat.rate_limited" });
      await world.clock.advance(3_000);
      await post();

      expect(uploads()).toBe(1);
      expect(world.said(at).map((one) => one.files.length)).toEqual([1, 0]);
    });

    it("that Slack does not take are named in the message, and the others are there", async () => {
      const at = await world.thread();
      world.slack.fault("files.getUploadURLExternal", { kind: "error", error: "file_type_blocked" }, 3);
      const nothing = { name: "nothing.txt", content: Buffer.alloc(0) };

      await whileTimePasses(
        world,
        5_000,
        world.outbound.post(at, { key: "k1" }, withFiles, [csv, pdf, nothing]),
      );

      const texts = world.said(at).map(({ text, files }) => text + files.map(({ name }) => name).join());
      expect(texts.at(-1)).toContain("nothing.txt, vendors.csv");
      expect(texts.at(0)).toContain("report.pdf");
    });

    it("are tried again where the channel was at fault", async () => {
      const message = aResult({ files: [outgoing(csv)] });
      const at = address({ channel: ids.outside, thread: `~${ids.ana}` });
      const post = (): Promise<string> =>
        whileTimePasses(world, 5_000, world.outbound.post(at, { key: "k1" }, message, [csv]));
      expect(await failure(post())).toMatchObject({ code: "chat.refused" });

      world.slack.addChannel(ids.outside, "channel", [ids.bot, ids.ana]);
      await post();

      expect(world.slack.botMessages(ids.outside).map((one) => one.files.length)).toEqual([1, 0]);
    });

    it("PO3: no message is begun after files that took too long; it comes with the next try", async () => {
      const at = await world.thread();
      const message = aResult({ files: [outgoing(csv)] });
      const gate = createGate();
      world.slack.fault("files.completeUploadExternal", { kind: "wait", until: gate.opened });

      const posting = failure(world.outbound.post(at, { key: "k1" }, message, [csv]));
      await world.slack.until(() => world.said(at).length === 1);
      await world.clock.advance(16_000);
      gate.open();
      const error = await posting;
      await whileTimePasses(world, 3_000, world.outbound.post(at, { key: "k1" }, message, [csv]));

      expect(error).toMatchObject({ fate: "refused", retry: { kind: "backoff" } });
      expect(uploads()).toBe(1);
      expect(world.said(at)).toHaveLength(2);
    });
  });

  describe("a form that Slack refuses", () => {
    it("c.0 rule 9: is refused, so that the gateway posts the words", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "error", error: "invalid_blocks" });

      expect(await failure(world.outbound.post(at, { key: "k1" }, anAttention(), []))).toMatchObject({
        code: "chat.decoration_refused",
        fate: "refused",
        retry: { kind: "never" },
      });
      expect(world.said(at)).toEqual([]);
    });

    it("RE2: a notice goes out as text alone", async () => {
      const at = await world.thread();
      world.slack.fault("chat.postMessage", { kind: "error", error: "invalid_blocks" });

      const posted = world.outbound.post(at, { key: "k1" }, aNotice("Noted."), []);
      await whileTimePasses(world, 2_000, posted);

      expect(world.said(at)).toMatchObject([{ text: "Noted.", blocks: [] }]);
    });
  });
});
