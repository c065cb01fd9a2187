// What the fake Slack delivers, over HTTP and Socket Mode, and what people do with buttons, modals and commands.

import { SocketModeClient } from "@slack/socket-mode";
import type { KnownBlock } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench, refusal, silentLogger } from "./bench.ts";
import { ids } from "./fake-slack.ts";

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

describe("deliveries over HTTP", () => {
  it("delivers a mention as `app_mention` and as `message`, signed, each with an id of its own", async () => {
    const asked = await bench.slack.person(ids.ana).mentions(ids.general, "sum it up");
    expect(bench.door.received).toHaveLength(2);
    expect(
      bench.door.received.map(({ body }) => body["event_id"]).filter((id, n, all) => all.indexOf(id) === n),
    ).toHaveLength(2);
    for (const { headers, raw, body } of bench.door.received) {
      const seconds = Number(headers["x-slack-request-timestamp"]);
      expect(headers["x-slack-signature"]).toBe(bench.slack.sign(raw, seconds));
      expect(seconds).toBe(Math.floor(bench.clock.now() / 1000));
      expect(body).toMatchObject({
        type: "event_callback",
        team_id: ids.team,
        api_app_id: ids.app,
        authorizations: [{ team_id: ids.team, user_id: ids.bot, is_bot: true }],
        event: { ts: asked.ts, user: ids.ana, text: `<@${ids.bot}> sum it up`, channel: ids.general },
      });
    }
    expect(bench.door.events("message")[0]).toMatchObject({
      channel_type: "channel",
      client_msg_id: asked.client_msg_id,
    });
  });

  it("delivers what follows: answers in threads, edits, deletions, own posts, other bots", async () => {
    const ana = bench.slack.person(ids.ana);
    const root = await ana.says(ids.general, "one");
    const reply = await ana.says(ids.general, "two", { thread: root.ts });
    await ana.edits(reply, "two!");
    await ana.deletes(reply);
    await bench.say("mine", { thread_ts: root.ts });
    await bench.slack.robotSays(ids.general, "beep");
    await bench.door.hasReceived(6);

    const events = bench.door.events("message");
    expect(events[1]).toMatchObject({ text: "two", thread_ts: root.ts, parent_user_id: ids.ana });
    expect(events[2]).toMatchObject({
      subtype: "message_changed",
      message: { text: "two!", ts: reply.ts, edited: { user: ids.ana } },
      previous_message: { text: "two" },
    });
    expect(events[3]).toMatchObject({ subtype: "message_deleted", deleted_ts: reply.ts });
    expect(events.filter((event) => event["bot_id"] === ids.botId)).toMatchObject([{ text: "mine" }]);
    expect(events.filter((event) => event["bot_id"] === "B0ROBOT")).toMatchObject([{ text: "beep" }]);
  });

  it("names the workspace that a stranger is from", async () => {
    await bench.slack.person(ids.stranger).mentions(ids.general, "hi");
    expect(bench.door.events("message")[0]).toMatchObject({
      user_team: ids.otherTeam,
      user_profile: { team: ids.otherTeam },
    });
    const { user } = await bench.web.users.info({ user: ids.guest });
    expect(user).toMatchObject({ is_restricted: true, tz: "Europe/Prague" });
  });

  it("delivers again at once, after a minute and after five, with the reason, then gives up", async () => {
    bench.door.answer(503, 503, "hang", 503);
    await bench.slack.person(ids.ana).says(ids.general, "hear me");
    await bench.slack.until(() => bench.slack.deliveries[0]?.attempts.length === 2);
    await bench.clock.advance(60_000);
    await bench.door.hasReceived(3);
    await bench.clock.advance(3000);
    await bench.slack.until(() => bench.slack.deliveries[0]?.attempts.length === 3);
    await bench.clock.advance(300_000);
    await bench.slack.settled();

    expect(bench.slack.deliveries[0]?.state).toBe("given up");
    const headers = bench.door.received.map((one) => [
      one.headers["x-slack-retry-num"],
      one.headers["x-slack-retry-reason"],
    ]);
    expect(headers).toEqual([
      [undefined, undefined],
      ["1", "http_error"],
      ["2", "http_error"],
      ["3", "http_timeout"],
    ]);
    expect(new Set(bench.door.received.map((one) => one.body["event_id"])).size).toBe(1);
  });

  it("delivers the same event again on demand, and anything at all as it is given", async () => {
    await bench.slack.person(ids.ana).says(ids.general, "once");
    const [delivery] = bench.slack.deliveries;
    if (delivery) await bench.slack.redeliver(delivery);
    expect(bench.door.received[1]?.body["event_id"]).toBe(bench.door.received[0]?.body["event_id"]);
    expect(bench.door.received[1]?.headers["x-slack-retry-num"]).toBe("1");

    bench.door.answer(401);
    expect(await bench.slack.deliverRaw({ body: "{", signedAt: 5, secret: "wrong" })).toMatchObject({
      status: 401,
    });
    expect(bench.door.received[2]?.headers["x-slack-signature"]).toBe(bench.slack.sign("{", 5, "wrong"));
  });

  it("keeps events from an app that has not subscribed to them", async () => {
    await bench.close();
    bench = await openBench({ subscribed: ["app_mention"] });
    await bench.slack.person(ids.ana).mentions(ids.general, "x");
    expect(bench.door.received.map(({ body }) => body["event"])).toMatchObject([{ type: "app_mention" }]);
  });
});

describe("interactions", () => {
  const plain = (text: string) => ({ type: "plain_text" as const, text });
  const blocks: KnownBlock[] = [
    {
      type: "actions",
      block_id: "q",
      elements: [
        { type: "button", action_id: "question.answer", text: plain("Yes"), value: "q1|yes" },
        { type: "button", action_id: "question.answer:1", text: plain("No"), value: "q1|no" },
        {
          type: "static_select",
          action_id: "question.pick",
          placeholder: plain("Pick"),
          options: [{ text: plain("Red"), value: "r" }],
        },
      ],
    },
  ];

  async function asked() {
    const root = await bench.slack.person(ids.ana).says(ids.general, "x");
    const { ts = "" } = await bench.say("Sure?", { thread_ts: root.ts, blocks });
    await bench.slack.settled();
    const message = bench.slack.message(ids.general, ts);
    if (!message) throw new Error("no message");
    return message;
  }

  it("delivers a click with everything that Slack says about it", async () => {
    const message = await asked();
    const click = await bench.slack.person(ids.bo).clicks(message, "No");
    expect(click).toMatchObject({ status: 200, warned: false });
    expect(bench.door.received.at(-1)?.body).toMatchObject({
      type: "block_actions",
      user: { id: ids.bo, team_id: ids.team },
      team: { id: ids.team },
      api_app_id: ids.app,
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: ids.general,
        thread_ts: message.thread_ts,
      },
      channel: { id: ids.general },
      message: { ts: message.ts, bot_id: ids.botId },
      trigger_id: click.triggerId,
      actions: [{ type: "button", block_id: "q", action_id: "question.answer:1", value: "q1|no" }],
    });
    await bench.slack.person(ids.bo).picks(message, "Pick", "Red");
    expect(bench.door.received.at(-1)?.body).toMatchObject({
      actions: [{ type: "static_select", action_id: "question.pick", selected_option: { value: "r" } }],
      state: { values: { q: { "question.pick": { selected_option: { value: "r" } } } } },
    });
  });

  it("warns the person where nobody acknowledges, and tries no second time", async () => {
    const message = await asked();
    bench.door.answer(404);
    expect(await bench.slack.person(ids.ana).clicks(message, "Yes")).toMatchObject({
      status: 404,
      warned: true,
    });
    bench.door.answer("hang");
    const before = bench.door.received.length;
    const slow = bench.slack.person(ids.ana).clicks(message, "Yes");
    await bench.door.hasReceived(before + 1);
    await bench.clock.advance(3000);
    expect(await slow).toMatchObject({ status: undefined, warned: true });
    await bench.clock.advance(400_000);
    expect(bench.door.received.length).toBe(before + 1);
  });

  it("opens a modal with the trigger of a click, once and within 3 seconds", async () => {
    const message = await asked();
    const ana = bench.slack.person(ids.ana);
    const view = {
      type: "modal" as const,
      callback_id: "answer",
      private_metadata: "q1",
      title: plain("Your answer"),
      submit: plain("Send"),
      blocks: [
        {
          type: "input" as const,
          block_id: "text",
          label: plain("Your answer"),
          element: { type: "plain_text_input" as const, action_id: "value", max_length: 10 },
        },
      ],
    };
    const { triggerId } = await ana.clicks(message, "Yes");
    const opened = await bench.web.views.open({ trigger_id: triggerId, view });
    expect(await refusal(bench.web.views.open({ trigger_id: triggerId, view }))).toBe("exchanged_trigger_id");
    const late = await ana.clicks(message, "Yes");
    await bench.clock.advance(3001);
    expect(await refusal(bench.web.views.open({ trigger_id: late.triggerId, view }))).toBe(
      "expired_trigger_id",
    );

    await expect(ana.submitsModal({})).rejects.toThrow('requires "Your answer"');
    await expect(ana.submitsModal({ text: "more than ten" })).rejects.toThrow("0 to 10 characters");
    bench.door.answer({ response_action: "errors", errors: { text: "No" } });
    await ana.submitsModal({ "Your answer": "41" });
    expect(ana.modal()?.errors).toEqual({ text: "No" });
    await ana.submitsModal({ value: "42" });

    expect(ana.modal()).toBeUndefined();
    expect(bench.door.received.at(-1)?.body).toMatchObject({
      type: "view_submission",
      user: { id: ids.ana },
      view: {
        id: opened.view?.id,
        callback_id: "answer",
        private_metadata: "q1",
        state: { values: { text: { value: { type: "plain_text_input", value: "42" } } } },
      },
    });
  });

  it("refuses an update of a modal from before another", async () => {
    const { triggerId } = await bench.slack.person(ids.ana).globalShortcut("new_task");
    const view = { type: "modal" as const, title: plain("t"), blocks: [{ type: "divider" as const }] };
    const opened = await bench.web.views.open({ trigger_id: triggerId, view });
    const place = { view_id: opened.view?.id ?? "", hash: opened.view?.hash ?? "", view };
    await bench.web.views.update(place);
    expect(await refusal(bench.web.views.update(place))).toBe("hash_conflict");
    expect(await refusal(bench.web.views.open({ trigger_id: "1.2.3", view }))).toBe("invalid_trigger_id");
  });

  it("delivers a command as a form and shows its answer to the person alone", async () => {
    bench.door.answer({ text: "Nothing is running." });
    await bench.slack.person(ids.ana).slash("/deputy", "status", ids.general);
    expect(bench.door.received[0]?.body).toMatchObject({
      command: "/deputy",
      text: "status",
      user_id: ids.ana,
      channel_id: ids.general,
      team_id: ids.team,
    });
    expect(bench.slack.ephemerals).toMatchObject([{ user: ids.ana, text: "Nothing is running." }]);
  });

  it("takes an answer to `response_url` five times within 30 minutes", async () => {
    await bench.slack.person(ids.ana).shortcut(await asked(), "ask_deputy");
    const payload = bench.door.received.at(-1)?.body;
    expect(payload).toMatchObject({
      type: "message_action",
      callback_id: "ask_deputy",
      message: { text: "Sure?" },
    });
    const post = () =>
      fetch(String(payload?.["response_url"]), { method: "POST", body: JSON.stringify({ text: "ok" }) });
    const seen = [];
    for (let n = 0; n < 6; n += 1) seen.push((await post()).status);
    expect(seen).toEqual([200, 200, 200, 200, 200, 404]);
  });

  it("publishes a home page, and hands it back when the person opens it", async () => {
    const ana = bench.slack.person(ids.ana);
    await bench.web.views.publish({
      user_id: ids.ana,
      view: { type: "home", blocks: [{ type: "divider" }] },
    });
    await ana.opensHome();
    expect(bench.slack.homes.get(ids.ana)?.view["blocks"]).toMatchObject([{ type: "divider" }]);
    expect(bench.door.events("app_home_opened")[0]).toMatchObject({
      tab: "home",
      user: ids.ana,
      view: { type: "home" },
    });
    const bad = bench.web.views.publish({
      user_id: ids.ana,
      view: { type: "home", blocks: [{ type: "markdown", text: "x" }] },
    });
    expect(await refusal(bad)).toBe("invalid_arguments");
  });
});

describe("Socket Mode", () => {
  let socket: SocketModeClient;
  const heard: { readonly type: string; readonly text: unknown; readonly retry: unknown }[] = [];

  beforeEach(async () => {
    await bench.close();
    bench = await openBench({ deliverTo: "socket", ackTimeoutMs: 3000 });
    heard.length = 0;
    socket = new SocketModeClient({
      appToken: bench.slack.appToken,
      clientOptions: {
        slackApiUrl: bench.slack.apiUrl,
        retryConfig: { retries: 20, minTimeout: 10, factor: 1 },
      },
      clientPingTimeout: 2_000, // also how long it waits before it connects anew
      logger: silentLogger,
    });
    socket.on("slack_event", ({ ack, type, body, retry_num }) => {
      heard.push({ type, text: body.event?.text ?? body.text ?? body.type, retry: retry_num });
      void ack(type === "slash_commands" ? { text: "heard" } : {});
    });
    await socket.start();
  });

  afterEach(async () => {
    await socket.disconnect();
  });

  it("delivers events, interactions and commands as envelopes, and takes their acknowledgements", async () => {
    const ana = bench.slack.person(ids.ana);
    await ana.says(ids.general, "hello");
    expect(await ana.globalShortcut("new_task")).toMatchObject({ status: 200, warned: false });
    await ana.slash("/deputy", "help", ids.general);
    expect(heard.map(({ type, text }) => [type, text])).toEqual([
      ["events_api", "hello"],
      ["interactive", "shortcut"],
      ["slash_commands", "help"],
    ]);
    expect(bench.slack.deliveries.map((one) => one.state)).toEqual([
      "acknowledged",
      "acknowledged",
      "acknowledged",
    ]);
    expect(bench.slack.ephemerals).toMatchObject([{ text: "heard", user: ids.ana }]);
  });

  it("connects anew when asked to", async () => {
    const calls = bench.slack.callsTo("apps.connections.open").length;
    bench.slack.refreshSockets();
    await bench.slack.until(
      () => bench.slack.openSockets === 1 && bench.slack.callsTo("apps.connections.open").length > calls,
    );
    await bench.slack.person(ids.ana).says(ids.general, "still there?");
    expect(heard).toMatchObject([{ text: "still there?" }]);
  });

  it("delivers again what fell into an outage", async () => {
    bench.slack.dropSockets(30_000);
    await bench.slack.until(() => bench.slack.openSockets === 0);
    await bench.slack.person(ids.ana).says(ids.general, "into the void");
    await bench.slack.until(() => bench.slack.deliveries[0]?.attempts.length === 2);
    expect(heard).toEqual([]);

    await bench.clock.advance(30_000);
    await bench.slack.until(() => bench.slack.openSockets === 1);
    await bench.clock.advance(30_000);
    await bench.slack.settled();

    expect(heard).toEqual([{ type: "events_api", text: "into the void", retry: 2 }]);
  });
});
