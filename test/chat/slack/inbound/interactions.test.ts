import { describe, expect, test } from "vitest";
import { type ModalState, modalMetadata } from "../../../../src/chat/slack/inbound/modal-state.ts";
import { SHORTCUTS } from "../../../../src/chat/slack/manifest-parts.ts";
import { modalFields } from "../../../../src/chat/slack/render/modals.ts";
import { InboundEvent } from "../../../../src/domain/inbound.ts";
import { createGate } from "../../../fakes/gate.ts";
import { createWorld, startedWorld, type WorldOptions } from "./door-world.ts";

const thread = "1600000000.000001";
const around = {
  team: { id: "T1", domain: "t1" },
  api_app_id: "A1",
  trigger_id: "13345224609.738474920.8088930838d88f",
};

function clicked(action: object, more: object = {}): object {
  return {
    type: "block_actions",
    ...around,
    user: { id: "U0ANA", username: "ana", team_id: "T1" },
    channel: { id: "C1", name: "general" },
    container: { type: "message", message_ts: "1700000000.000100", channel_id: "C1", thread_ts: thread },
    message: { ts: "1700000000.000100", thread_ts: thread, user: "U0DEPUTY", text: "Which region?" },
    actions: [{ type: "button", block_id: "b", action_ts: "1700000005.500000", ...action }],
    ...more,
  };
}

function submitted(state: ModalState | string, values: object): object {
  return {
    type: "view_submission",
    ...around,
    user: { id: "U0ANA", team_id: "T1" },
    view: {
      id: "V1",
      type: "modal",
      callback_id: "deputy.modal.answer",
      private_metadata: typeof state === "string" ? state : modalMetadata(state),
      state: { values },
    },
  };
}

const typed = (value: string) => ({
  [modalFields.text]: { [modalFields.text]: { type: "plain_text_input", value } },
});
const inThread = { kind: "channel", channel: "C1", thread } as const;

async function interact(payload: object, options: WorldOptions = {}) {
  const world = await startedWorld(options);
  const answer = await world.interact(payload);
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  for (const event of world.received) InboundEvent.parse(event);
  return world;
}

describe("a click", () => {
  test("ING-2: a click that is delivered again is the same event, and the next click is another", async () => {
    const world = await startedWorld();
    const click = clicked({ action_id: "run.stop", value: "run_1" });
    await world.interact(click);
    await world.interact(click);
    await world.interact(clicked({ action_id: "run.stop", value: "run_1", action_ts: "1700000006.100000" }));

    const ids = world.received.map(({ eventId }) => eventId);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toBe(ids[1]);
  });

  test("is an action of who clicked, in the thread of the message", async () => {
    const { received } = await interact(clicked({ action_id: "run.stop", value: "run_1" }));
    expect(received).toEqual([
      {
        eventId: "T1:U0ANA:1700000000.000100:run.stop:1700000005.500000",
        conversation: { platform: "slack", tenant: "slack-T1", ...inThread },
        author: { key: "slack:T1:U0ANA", name: "Ana", kind: "member", timeZone: "Europe/Prague" },
        sentAt: 1_700_000_005_500,
        kind: "action",
        action: "run.stop",
        value: "run_1",
      },
    ]);
  });

  test("IA1: delivered twice is one event; a second click is another", async () => {
    const world = await startedWorld();
    const click = { action_id: "question.answer:1", value: "wait_1.1" };
    await world.interact(clicked(click));
    await world.interact(clicked(click));
    await world.interact(clicked({ ...click, action_ts: "1700000006.500000" }));
    const [one, again, other] = world.received.map(({ eventId }) => eventId);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  test.each([
    ["a button with a number", { action_id: "question.answer:2", value: "wait_1.2" }],
    [
      "a select",
      { action_id: "question.answer", type: "static_select", selected_option: { value: "wait_1.2" } },
    ],
    [
      "an overflow",
      { action_id: "question.answer", type: "overflow", selected_option: { value: "wait_1.2" } },
    ],
  ])("on %s is the action that its name says", async (_, action) => {
    const { received } = await interact(clicked(action));
    expect(received[0]).toMatchObject({ kind: "action", action: "question.answer", value: "wait_1.2" });
  });

  test("on the message that starts the thread is in its thread", async () => {
    const message = { ts: "1700000000.000100", text: "" };
    const container = { type: "message", message_ts: "1700000000.000100", channel_id: "C1" };
    const { received } = await interact(
      clicked({ action_id: "run.stop", value: "r" }, { message, container }),
    );
    expect(received[0]?.conversation.thread).toBe("1700000000.000100");
  });

  test("on a private note, which comes without its message, is in the note's thread", async () => {
    const { received } = await interact(
      clicked({ action_id: "run.stop", value: "r" }, { message: undefined }),
    );
    expect(received[0]?.conversation).toMatchObject({ channel: "C1", thread });
  });

  test.each([
    ["D1", "directmessage", "dm"],
    ["G1", "mpdm-ana--bo-1", "group"],
  ])("in %s (%s) is in a %s", async (id, name, kind) => {
    const { received } = await interact(
      clicked({ action_id: "run.stop", value: "r" }, { channel: { id, name } }),
    );
    expect(received[0]?.conversation).toMatchObject({ kind, channel: id });
  });

  test("in App Home is a private line to who clicked", async () => {
    const home = { channel: undefined, message: undefined, container: { type: "view", view_id: "V9" } };
    const { received } = await interact(clicked({ action_id: "run.stop", value: "r" }, home));
    expect(received[0]).toMatchObject({
      eventId: "T1:U0ANA:V9:run.stop:1700000005.500000",
      conversation: { kind: "dm", channel: "U0ANA", thread: "~U0ANA" },
    });
  });

  test("on a link means nothing", async () => {
    const { received, told, lines } = await interact(
      clicked({ action_id: "link:1", url: "https://a.example" }),
    );
    expect([received, told, lines]).toEqual([[], [], []]);
  });

  test.each(["approval.everything", "", "constructor", "run.stop:x"])(
    "LI2: on the unknown control %j is answered privately, where it was clicked",
    async (action_id) => {
      const { received, told, rejections } = await interact(
        clicked({ action_id: action_id || "x", value: "r" }),
      );
      expect(received).toEqual([]);
      expect(rejections()).toEqual(["unknown-action"]);
      expect(told).toEqual([
        {
          at: expect.objectContaining(inThread),
          to: "slack:T1:U0ANA",
          text: expect.stringMatching(/don't know that button/),
        },
      ]);
    },
  );

  test("that can't be committed is 503: Slack shows that it did not work", async () => {
    const world = await startedWorld({ receive: () => Promise.reject(new Error("the disk is full")) });
    expect((await world.interact(clicked({ action_id: "run.stop", value: "r" }))).status).toBe(503);
  });
});

describe("a click that takes text", () => {
  test("IA3: opens the form of the question at once, and is no event", async () => {
    const { received, modals } = await interact(clicked({ action_id: "question.answer:3", value: "wait_1" }));
    expect(received).toEqual([]);
    expect(modals).toEqual([
      {
        teamId: "T1",
        triggerId: around.trigger_id,
        state: { for: "action", at: inThread, action: "question.answer", value: "wait_1" },
        metadata: expect.any(String),
        about: "Which region?",
      },
    ]);
  });

  test("a thumb down opens its form; a thumb up is said at once", async () => {
    const down = await interact(clicked({ action_id: "feedback", value: "feedback.down run_1" }));
    expect(down.modals[0]?.state).toMatchObject({ action: "feedback.down", value: "run_1" });
    const up = await interact(clicked({ action_id: "feedback", value: "feedback.up run_1" }));
    expect(up.received[0]).toMatchObject({ action: "feedback.up", value: "run_1" });
  });

  test("LI3: a form that is slow to open doesn't hold up the acknowledgement", async () => {
    const shown = createGate();
    const asked = createGate();
    const world = await startedWorld({
      openModal: () => {
        asked.open();
        return shown.opened;
      },
    });
    const answer = world.interact(clicked({ action_id: "question.answer", value: "wait_1" }));
    await asked.opened;
    await world.clock.advance(0);
    await world.clock.advance(2_500);
    expect((await answer).status).toBe(200);
    shown.open();
    await world.clock.advance(0);
    expect(world.told).toEqual([]);
  });

  test("LI3: whoever's form can't be opened is told where they clicked", async () => {
    const { told } = await interact(clicked({ action_id: "question.answer", value: "wait_1" }), {
      openModal: () => Promise.reject(new Error("expired_trigger_id")),
    });
    expect(told).toEqual([
      {
        at: expect.objectContaining(inThread),
        to: "slack:T1:U0ANA",
        text: expect.stringMatching(/couldn't open/),
      },
    ]);
  });
});

describe("a form that was filled in", () => {
  const answer: ModalState = { for: "action", at: inThread, action: "question.answer", value: "wait_1" };

  test("is the action it was opened for, with the text", async () => {
    const { received } = await interact(submitted(answer, typed(" only EU ")));
    expect(received[0]).toMatchObject({
      eventId: "T1:U0ANA:view:V1",
      conversation: { tenant: "slack-T1", ...inThread },
      kind: "action",
      action: "question.answer",
      value: "wait_1",
      text: "only EU",
    });
  });

  test("feedback says what was chosen, and what was typed", async () => {
    const reason = { selected_option: { text: { type: "plain_text", text: "Too long" }, value: "Too long" } };
    const values = { [modalFields.reason]: { [modalFields.reason]: reason }, ...typed("half would do") };
    const { received } = await interact(
      submitted({ ...answer, action: "feedback.down", value: "run_1" }, values),
    );
    expect(received[0]).toMatchObject({ action: "feedback.down", text: "Too long: half would do" });
  });

  test("that is not ours is answered privately", async () => {
    for (const metadata of ["", "{}", "not JSON", JSON.stringify({ ...answer, action: "run.everything" })]) {
      const { received, told, rejections } = await interact(submitted(metadata, typed("x")));
      expect([received, rejections()]).toEqual([[], ["unknown-action"]]);
      expect(told).toMatchObject([{ at: { kind: "dm", channel: "U0ANA" }, to: "slack:T1:U0ANA" }]);
    }
  });

  test("can't name another tenant", async () => {
    const forged = { ...answer, tenant: "slack-T2", at: { ...inThread, tenant: "slack-T2" } };
    const { received } = await interact(submitted(JSON.stringify(forged), typed("x")));
    expect(received[0]?.conversation.tenant).toBe("slack-T1");
  });
});

describe("shortcuts", () => {
  const message = {
    type: "message",
    user: "U0BO",
    ts: "1700000000.000100",
    thread_ts: thread,
    text: "see <https://a.example|the plan>\nand <@U0DEPUTY>",
    files: [
      {
        id: "F1",
        name: "plan.pdf",
        mimetype: "application/pdf",
        size: 9,
        url_private: "https://files.slack.com/p",
      },
    ],
  };
  const ask = (more: object = {}) => ({
    type: "message_action",
    callback_id: SHORTCUTS.ask,
    ...around,
    user: { id: "U0ANA", name: "ana", team_id: "T1" },
    channel: { id: "C1", name: "general" },
    message: { ...message, ...more },
    message_ts: message.ts,
    action_ts: "1700000005.5",
    response_url: "https://hooks.slack.com/x",
  });

  test("asking about a message says so in its thread, with the message and its files", async () => {
    const { modals, received } = await interact(ask());
    expect(received).toEqual([]);
    const state = modals[0]?.state;
    if (state === undefined) throw new Error("No form was opened");
    expect(modals[0]?.triggerId).toBe(around.trigger_id);
    const sent = await interact(submitted(modals[0]?.metadata ?? "", typed("check the numbers")));
    expect(sent.received[0]).toMatchObject({
      kind: "message",
      messageId: "modal-V1",
      mentionsAgent: true,
      conversation: inThread,
      text: "check the numbers\n\nMessage by Bo:\n> see [the plan](https://a.example)\n> and",
      files: [{ id: "F1", name: "plan.pdf", ref: "T1 https://files.slack.com/p" }],
      author: { key: "slack:T1:U0ANA" },
    });
  });

  test("LI4: of a message where the agent is not, no form is opened, and the person is told alone", async () => {
    const { modals, told } = await interact(ask(), { isIn: async () => false });
    expect(modals).toEqual([]);
    expect(told).toMatchObject([
      { at: { kind: "dm", channel: "U0ANA" }, to: "slack:T1:U0ANA", text: expect.stringMatching(/invite/i) },
    ]);
  });

  test("LI4: in doubt the form is opened", async () => {
    const { modals } = await interact(ask(), { isIn: () => Promise.reject(new Error("rate limited")) });
    expect(modals).toHaveLength(1);
  });

  test("a long message is cut to what a form can carry, its files kept", async () => {
    const { modals } = await interact(ask({ text: `${'"\n'.repeat(20_000)}` }));
    const metadata = modals[0]?.metadata ?? "";
    expect(metadata.length).toBeLessThanOrEqual(3_000);
    const sent = await interact(submitted(metadata, typed("sum up")));
    expect(sent.received[0]).toMatchObject({ text: expect.stringMatching(/…$/), files: [{ id: "F1" }] });
  });

  test("many files and a long message still fit", async () => {
    const files = Array.from({ length: 40 }, (_, n) => ({ ...message.files[0], id: `F${n}` }));
    const { modals } = await interact(ask({ files, text: "x".repeat(40_000) }));
    expect(modals[0]?.metadata.length).toBeLessThanOrEqual(3_000);
  });

  const shortcut = {
    type: "shortcut",
    callback_id: SHORTCUTS.task,
    ...around,
    action_ts: "1700000005.5",
    user: { id: "U0ANA", team_id: "T1" },
  };
  const filledIn = async (more: object, options: WorldOptions = {}) => {
    const { modals } = await interact(shortcut);
    return interact(submitted(modals[0]?.metadata ?? "", { ...typed("plan"), ...more }), options);
  };
  const where = (id: string) => ({ conversation: { conversation: { selected_conversation: id } } });

  test.each([
    ["on the private line", {}, "U0ANA"],
    ["where it was chosen", where("C7"), "C7"],
    ["on the private line instead of somebody else's", where("D7"), "U0ANA"],
  ])("TT1: a new task begins a thread %s", async (_, more, channel) => {
    const opened: object[] = [];
    const { received } = await filledIn(more, {
      openThread: async (at, { key, text }) => {
        opened.push({ channel: at.channel, thread: at.thread, key, text });
        return { ...at, thread: "1700000009.000100" };
      },
    });

    const key = "task:T1:U0ANA:view:V1";
    expect(opened).toEqual([{ channel, thread: "~U0ANA", key, text: "Ana asks me for this:\n\n> plan" }]);
    expect(received).toMatchObject([
      {
        kind: "message",
        messageId: "1700000009.000100",
        text: "plan",
        mentionsAgent: true,
        conversation: { channel, thread: "1700000009.000100" },
      },
    ]);
  });

  test("TT2: a new task of somebody who isn't served there is shown to nobody", async () => {
    const { received } = await filledIn(where("C7"), {
      serves: (at) => at.channel !== "C7",
      openThread: () => Promise.reject(new Error("nothing is to be posted")),
    });
    expect(received).toMatchObject([{ conversation: { channel: "C7", thread: "~U0ANA" } }]);
  });

  test("a task for a place where nothing can be posted is not begun, and its author is told", async () => {
    const { received, told } = await filledIn(where("C7"), {
      openThread: () => Promise.reject(new Error("not_in_channel")),
    });
    expect(received).toEqual([]);
    expect(told).toMatchObject([{ to: "slack:T1:U0ANA", text: expect.stringContaining("haven't begun") }]);
  });
});

describe("the slash command", () => {
  const fields = {
    command: "/deputy",
    text: " status ",
    team_id: "T1",
    api_app_id: "A1",
    user_id: "U0ANA",
    channel_id: "C1",
    channel_name: "general",
    trigger_id: "1.2.3",
    response_url: "https://hooks.slack.com/x",
    is_enterprise_install: "false",
  };

  test("is a command, at a place without a thread", async () => {
    const world = await startedWorld();
    const answer = await world.command(fields);
    expect([answer.status, await answer.text()]).toEqual([200, ""]);
    expect(world.received).toEqual([
      {
        eventId: "T1:U0ANA:command:1.2.3",
        conversation: {
          platform: "slack",
          tenant: "slack-T1",
          kind: "channel",
          channel: "C1",
          thread: "~U0ANA",
        },
        author: expect.objectContaining({ key: "slack:T1:U0ANA" }),
        sentAt: world.clock.now(),
        kind: "command",
        text: "status",
      },
    ]);
  });

  test("in direct messages, without a word", async () => {
    const world = await startedWorld();
    await world.command({ ...fields, channel_id: "D1", channel_name: "directmessage", text: "" });
    expect(world.received[0]).toMatchObject({ conversation: { kind: "dm" }, text: "" });
  });
});

test("without a signing secret there is no HTTP door, and without any door operators are told", () => {
  const world = createWorld({ settings: { signingSecret: undefined } });
  expect(world.doors.doors).toEqual([]);
  expect(world.doors.health()).toMatchObject({
    ok: false,
    observed: expect.stringContaining("SLACK_APP_TOKEN"),
  });
});
