// The fake Slack as the real client sees it: messages, limits and faults, files. Tests of Deputy rely on what is pinned here.

import type { KnownBlock } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench, refusal } from "./bench.ts";
import { ids } from "./fake-slack.ts";
import { shapeOf, shapesOf, textOf } from "./shape.ts";

let bench: Bench;

beforeEach(async () => {
  bench = await openBench();
});

afterEach(() => bench.close());

describe("messages", () => {
  it("keeps what is posted, and gives its metadata back only where it is asked for", async () => {
    const root = await bench.slack.person(ids.ana).says(ids.general, "hello");
    const metadata = { event_type: "deputy", event_payload: { key: "k1", run: "r1", kind: "result" } };
    const { ts } = await bench.say("done", {
      thread_ts: root.ts,
      metadata,
      unfurl_links: false,
      unfurl_media: false,
    });
    const place = { channel: ids.general, ts: root.ts };

    const plain = await bench.web.conversations.replies(place);
    const full = await bench.web.conversations.replies({ ...place, include_all_metadata: true });

    expect(plain.messages?.map((one) => [one.text, one.user])).toEqual([
      ["hello", ids.ana],
      ["done", ids.bot],
    ]);
    expect(plain.messages?.[1]).not.toHaveProperty("metadata");
    expect(full.messages?.[1]).toMatchObject({ ts, metadata, bot_id: ids.botId, thread_ts: root.ts });
    expect(bench.slack.thread(ids.general, root.ts)[1]).toMatchObject({
      metadata,
      unfurl: { links: false, media: false },
    });
  });

  it("pages through a thread with a cursor, its root on every page", async () => {
    const ana = bench.slack.person(ids.ana);
    const root = await ana.says(ids.general, "root");
    for (const text of ["1", "2", "3"]) await ana.says(ids.general, text, { thread: root.ts });

    const pages: unknown[] = [];
    const place = { channel: ids.general, ts: root.ts, limit: 2 };
    for await (const page of bench.web.paginate("conversations.replies", place)) {
      pages.push(shapesOf(shapeOf(page)["messages"]).map((one) => one["text"]));
    }

    expect(pages).toEqual([
      ["root", "1", "2"],
      ["root", "3"],
    ]);
  });

  it("takes the blocks away where only text is changed, and keeps the text where only blocks are", async () => {
    const blocks: KnownBlock[] = [{ type: "divider" }];
    const { ts = "" } = await bench.say("first", { blocks });
    const place = { channel: ids.general, ts };

    await bench.web.chat.update({ ...place, blocks: [...blocks, ...blocks] });
    expect(bench.slack.message(ids.general, ts)).toMatchObject({ text: "first" });
    expect(bench.slack.message(ids.general, ts)?.blocks).toHaveLength(2);

    await bench.web.chat.update({ ...place, text: "second" });
    expect(bench.slack.message(ids.general, ts)).toMatchObject({ text: "second", blocks: [] });
    expect(bench.slack.message(ids.general, ts)?.edits.map((edit) => edit.text)).toEqual(["first", "first"]);
  });

  it("refuses in Slack's words", async () => {
    const theirs = await bench.slack.person(ids.ana).says(ids.general, "mine");
    const update = (ts: string, text = "x") => bench.web.chat.update({ channel: ids.general, ts, text });
    const own = await bench.say("mine");

    expect(await refusal(bench.say("x", { channel: "C0NOWHERE" }))).toBe("channel_not_found");
    expect(await refusal(bench.say("x", { channel: ids.outside }))).toBe("not_in_channel");
    expect(await refusal(bench.say(""))).toBe("no_text");
    expect(await refusal(bench.say("x".repeat(40_001)))).toBe("msg_too_long");
    expect(await refusal(bench.say("x", { thread_ts: "~U0ANA" }))).toBe("invalid_thread_ts");
    expect(await refusal(update("1700000000.000001"))).toBe("message_not_found");
    expect(await refusal(update(theirs.ts))).toBe("cant_update_message");
    expect(await refusal(update(own.ts ?? "", "x".repeat(4001)))).toBe("msg_too_long");
    expect(await refusal(bench.web.apiCall("chat.sing"))).toBe("unknown_method");
    expect(await refusal(bench.client("xoxb-wrong").auth.test())).toBe("invalid_auth");
    expect(await refusal(bench.client(bench.slack.appToken).auth.test())).toBe("not_allowed_token_type");
    expect(await refusal(bench.web.apps.connections.open())).toBe("not_allowed_token_type");
  });

  it("shows a private note to one person, and in direct messages to nobody", async () => {
    const ana = bench.slack.person(ids.ana);
    const note = { user: ids.ana, text: "only you" };

    expect(await bench.web.chat.postEphemeral({ ...note, channel: ids.general })).toMatchObject({ ok: true });
    expect(await bench.web.chat.postEphemeral({ ...note, channel: ana.dm })).toMatchObject({ ok: true });
    expect(await refusal(bench.web.chat.postEphemeral({ ...note, user: ids.cem, channel: ids.secret }))).toBe(
      "user_not_in_channel",
    );

    expect(bench.slack.ephemerals.map(({ user, channel, shown }) => [user, channel, shown])).toEqual([
      [ids.ana, ids.general, true],
      [ids.ana, ana.dm, false],
    ]);
    expect(bench.slack.botMessages()).toEqual([]);
  });

  it("answers with the error of a revoked token, and tells the app", async () => {
    await bench.slack.revokeTokens();
    expect(await refusal(bench.say("x"))).toBe("token_revoked");
    expect(bench.door.events("tokens_revoked")).toHaveLength(1);
    await bench.slack.uninstall();
    expect(await refusal(bench.say("x"))).toBe("account_inactive");
    expect(bench.door.events("app_uninstalled")).toHaveLength(1);
  });

  it("keeps a token to what it may do", async () => {
    await bench.close();
    bench = await openBench({ scopes: ["im:write"] });
    expect(await refusal(bench.say("x"))).toBe("missing_scope");
    const open = await bench.web.conversations.open({ users: ids.ana });
    expect(open).toMatchObject({ channel: { id: "D0ANA" }, response_metadata: { scopes: ["im:write"] } });
  });
});

describe("limits and faults", () => {
  it("lets four posts through at once, then one a second in a channel", async () => {
    for (const text of ["1", "2", "3", "4"]) await bench.say(text);
    await expect(bench.say("5")).rejects.toMatchObject({
      code: "slack_webapi_rate_limited_error",
      retryAfter: 1,
    });
    expect(await bench.web.chat.postMessage({ channel: ids.data, text: "elsewhere" })).toMatchObject({
      ok: true,
    });
    await bench.clock.advance(1000);
    expect(await bench.say("5")).toMatchObject({ ok: true });
    expect(bench.slack.botMessages(ids.general).map((one) => one.text)).toEqual(["1", "2", "3", "4", "5"]);
    expect(bench.slack.callsTo("chat.postMessage").filter((call) => call.status === 429)).toHaveLength(1);
  });

  it("counts edits for the whole workspace, and nothing when switched off", async () => {
    bench.slack.limits.set("chat.update", { capacity: 1, perSecond: 0.5 });
    const { ts = "" } = await bench.say("x");
    const edit = () => bench.web.chat.update({ channel: ids.general, ts, text: "y" });
    await edit();
    await expect(edit()).rejects.toMatchObject({ retryAfter: 2 });
    bench.slack.limits.off();
    for (let n = 0; n < 60; n += 1) await edit();
    expect(bench.slack.message(ids.general, ts)?.edits).toHaveLength(61);
  });

  it("does what was asked and loses the answer, once", async () => {
    bench.slack.fault("chat.postMessage", { kind: "lost" });
    expect(await refusal(bench.say("twice?"))).toBe("slack_webapi_request_error");
    expect(bench.slack.botMessages().map((one) => one.text)).toEqual(["twice?"]);
    expect(await bench.say("fine")).toMatchObject({ ok: true });
  });

  it("fails without doing it: an error, a broken server, a cut line, a limit", async () => {
    bench.slack.fault("chat.postMessage", { kind: "error", error: "fatal_error" }, 2);
    bench.slack.fault("chat.postMessage", { kind: "http", status: 500 });
    bench.slack.fault("chat.postMessage", { kind: "cut" });
    bench.slack.fault("chat.postMessage", { kind: "limited", seconds: 7 });
    const seen = [];
    for (let n = 0; n < 5; n += 1) seen.push(await refusal(bench.say("x")));
    expect(seen).toEqual([
      "fatal_error",
      "fatal_error",
      "slack_webapi_http_error",
      "slack_webapi_request_error",
      "slack_webapi_rate_limited_error",
    ]);
    expect(bench.slack.botMessages()).toEqual([]);
  });

  it("hangs until it is let go, and answers when it is time", async () => {
    bench.slack.fault("chat.postMessage", { kind: "hang" });
    const hung = refusal(bench.say("never"));
    await bench.slack.until(() => bench.slack.callsTo("chat.postMessage").length === 1);
    bench.slack.clearFaults();
    expect(await hung).toBe("slack_webapi_request_error");

    let answerNow = (): void => undefined;
    bench.slack.fault("chat.postMessage", {
      kind: "wait",
      until: new Promise<void>((done) => (answerNow = done)),
    });
    const slow = bench.say("late");
    await bench.slack.until(() => bench.slack.botMessages().length === 1);
    answerNow();
    expect(await slow).toMatchObject({ ok: true });
  });

  it("switches a method off", async () => {
    const asked = await bench.slack.person(ids.ana).says(ids.general, "x");
    const set = () =>
      bench.web.agents.sessions.setStatus({
        channel_id: ids.general,
        thread_ts: asked.ts,
        status: "processing",
      });
    bench.slack.switchOff("agents.sessions.setStatus", "not_allowed");
    expect(await refusal(set())).toBe("not_allowed");
    bench.slack.switchOn("agents.sessions.setStatus");
    expect(await set()).toMatchObject({ ok: true, status: "processing" });
  });
});

describe("files", () => {
  it("takes an upload in three steps and shares it in the thread", async () => {
    const root = await bench.slack.person(ids.ana).says(ids.general, "files please");
    await bench.web.files.uploadV2({
      channel_id: ids.general,
      thread_ts: root.ts,
      initial_comment: "here",
      file_uploads: [
        { file: Buffer.from("a,b\n1,2\n"), filename: "sums.csv", title: "Sums" },
        { file: Buffer.from("notes"), filename: "notes.md", title: "Notes" },
      ],
    });

    const [message] = bench.slack.botMessages(ids.general);
    expect(message).toMatchObject({ text: "here", thread_ts: root.ts, subtype: "file_share" });
    expect(
      message?.files.map(({ title, mimetype, content }) => [title, mimetype, content.toString()]),
    ).toEqual([
      ["Sums", "text/csv", "a,b\n1,2\n"],
      ["Notes", "text/markdown", "notes"],
    ]);
    expect(bench.slack.callsTo("files.upload").map((call) => call.status)).toEqual([200, 200]);
    const info = await bench.web.files.info({ file: message?.files[0]?.id ?? "" });
    expect(info.file).toMatchObject({ name: "sums.csv", size: 8 });
  });

  it("shows nobody a file that was not completed, and refuses to complete one that was not sent", async () => {
    const { file_id = "" } = await bench.web.files.getUploadURLExternal({ filename: "a.txt", length: 3 });
    expect(await refusal(bench.web.files.info({ file: file_id }))).toBe("file_not_found");
    const complete = bench.web.files.completeUploadExternal({
      files: [{ id: file_id }],
      channel_id: ids.general,
    });
    expect(await refusal(complete)).toBe("file_update_failed");
  });

  it("gives a person's file to the bot's token, and everybody else the sign-in page", async () => {
    const files = [{ name: "orders.csv", content: "a;b" }];
    await bench.slack.person(ids.ana).mentions(ids.general, "read this", { files });
    const event = bench.door.events("app_mention")[0];
    const [file] = shapesOf(event?.["files"]);
    const url = textOf(file?.["url_private"]) ?? "";

    const good = await fetch(url, { headers: { authorization: `Bearer ${bench.slack.botToken}` } });
    const bad = await fetch(url);

    expect(file).toMatchObject({ name: "orders.csv", size: 3 });
    expect(await good.text()).toBe("a;b");
    expect(bad.headers.get("content-type")).toContain("text/html");
  });
});

describe("sessions", () => {
  it("shows Stop while the thread is processing, and only then", async () => {
    const ana = bench.slack.person(ids.ana);
    const root = await ana.mentions(ids.general, "work");
    const set = (status: string, title?: string) =>
      bench.web.agents.sessions.setStatus({
        channel_id: ids.general,
        thread_ts: root.ts,
        status,
        ...(title === undefined ? {} : { title }),
      });
    await set("processing", "Weekly sums");
    await ana.stops(root);
    expect(bench.door.events("agent_session_stopped")[0]).toMatchObject({
      channel: ids.general,
      thread_ts: root.ts,
      user: ids.ana,
      streaming_message_ts: [],
    });
    expect(bench.slack.session(ids.general, root.ts)?.status).toBe("processing");

    await set("suspended", "Another title");
    await expect(ana.stops(root)).rejects.toThrow("No Stop is shown");
    await bench.web.agents.sessions.rename({ channel_id: ids.general, thread_ts: root.ts, title: "Better" });
    expect(bench.slack.session(ids.general, root.ts)).toMatchObject({
      title: "Better",
      history: ["processing", "suspended"],
    });
    expect(await refusal(set("dreaming"))).toBe("invalid_arguments");
  });

  it("forgets the line of an old assistant thread after two minutes or an answer", async () => {
    const root = await bench.slack.person(ids.ana).says(ids.general, "x");
    const place = { channel_id: ids.general, thread_ts: root.ts };
    const line = () => bench.slack.assistantStatus(ids.general, root.ts);
    await bench.web.assistant.threads.setStatus({ ...place, status: "is thinking…" });
    expect(line()).toBe("is thinking…");
    await bench.clock.advance(120_000);
    expect(line()).toBeUndefined();
    await bench.web.assistant.threads.setStatus({ ...place, status: "is thinking…" });
    await bench.say("done", { thread_ts: root.ts });
    expect(line()).toBeUndefined();
  });
});

describe("more workspaces", () => {
  it("installs the app by OAuth and keeps workspaces apart", async () => {
    const other = bench.slack.addTeam("T0SECOND");
    const theirs = bench.client(other.botToken);
    expect(await theirs.auth.test()).toMatchObject({ team_id: "T0SECOND", user_id: other.botUserId });
    expect(await refusal(theirs.chat.postMessage({ channel: ids.general, text: "x" }))).toBe(
      "channel_not_found",
    );
    await bench.slack.person(other.person).mentions(other.channel, "hello");
    expect(bench.door.received[0]?.body).toMatchObject({ team_id: "T0SECOND" });

    const args = { client_id: "1.2", code: "code-T0THIRD" };
    const oauth = bench.client();
    expect(await refusal(oauth.oauth.v2.access({ ...args, client_secret: "wrong" }))).toBe(
      "bad_client_secret",
    );
    const installed = await oauth.oauth.v2.access({ ...args, client_secret: "c0ffeec0ffee" });
    expect(await bench.client(installed.access_token ?? "").auth.test()).toMatchObject({
      team_id: "T0THIRD",
    });
  });
});
