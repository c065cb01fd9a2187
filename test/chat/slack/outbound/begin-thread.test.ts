import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { directLine, unbegunThread } from "../../../../src/domain/conversation.ts";
import { personKey } from "../../../../src/domain/ids.ts";
import { ids } from "../../../fakes/slack/fake-slack.ts";
import { aNotice } from "../../outgoing.ts";
import {
  address,
  failure,
  type OutboundWorld,
  openOutboundWorld,
  whileTimePasses,
} from "./outbound-world.ts";

const unbegun = address({ thread: unbegunThread("sch_1") });

describe("a thread that the agent begins", () => {
  let world: OutboundWorld;
  beforeEach(async () => {
    world = await openOutboundWorld();
  });
  afterEach(() => world.close());

  it("ST1: begins with a post in the channel itself, which names it", async () => {
    const id = await world.outbound.post(unbegun, { key: "thread:1" }, aNotice("Comes round."), []);
    const second = world.outbound.post(address({ thread: id }), { key: "k2" }, aNotice("What is new."), []);
    await whileTimePasses(world, 5_000, second);

    const [root, reply] = world.slack.botMessages(ids.general);
    expect(root).toMatchObject({ ts: id, text: "Comes round." });
    expect(root?.thread_ts ?? id).toBe(id);
    expect(reply).toMatchObject({ thread_ts: id, text: "What is new." });
  });

  it("C2: is found by its key after a restart", async () => {
    const id = await world.outbound.post(unbegun, { key: "thread:1" }, aNotice("Comes round."), []);

    expect(await world.restart().findByKey(unbegun, "thread:1")).toBe(id);
  });

  it.each(["channel_not_found", "is_archived", "not_in_channel"])(
    "says that there is no place: %s",
    async (error) => {
      world.slack.fault("chat.postMessage", { kind: "error", error });

      expect(await failure(world.outbound.post(unbegun, { key: "k1" }, aNotice(), []))).toMatchObject({
        fate: "refused",
        noPlace: true,
      });
    },
  );

  it.each(["invalid_auth", "restricted_action", "thread_not_found"])(
    "does not say so of %s",
    async (error) => {
      world.slack.fault("chat.postMessage", { kind: "error", error });

      expect(await failure(world.outbound.post(unbegun, { key: "k1" }, aNotice(), []))).toMatchObject({
        noPlace: false,
      });
    },
  );

  it("reaches a person directly", async () => {
    const line = directLine(personKey("slack", ids.team, ids.ana), unbegun.tenant);
    await world.outbound.post(line, { key: "k1" }, aNotice("I have paused a schedule."), []);

    expect(world.slack.callsTo("conversations.open")[0]?.args).toMatchObject({ users: ids.ana });
    expect(world.slack.callsTo("chat.postMessage")[0]?.args).not.toHaveProperty("thread_ts");
  });
});
