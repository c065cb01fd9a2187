import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { slackManifest } from "../../../../src/chat/slack/manifest.ts";
import {
  COMMAND,
  EVENT_SCOPES,
  EVENTS,
  METHOD_SCOPES,
  SCOPES,
  SHORTCUTS,
} from "../../../../src/chat/slack/manifest-parts.ts";
import { toYaml } from "../../../../src/config/file/yaml-text.ts";

const folder = fileURLToPath(new URL("../../../../src/chat/slack/", import.meta.url));
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") && !name.startsWith("manifest"))
  .map((name) => ({ name, text: readFileSync(path.join(folder, name), "utf8") }));
const code = sources.map(({ text }) => text.replace(/^\s*\/\/.*$/gm, "")).join("\n");

const head = `# The Slack app, for Socket Mode: paste it at https://api.slack.com/apps under "Create New App", "From a manifest".
# With your own address or name: \`deputy manifest slack --url https://deputy.example.com --name Ada\`. See docs/slack.md.
# Made from src/chat/slack/manifest.ts: \`npx vitest run test/chat/slack/install/manifest.test.ts -u\` writes it again.
`;
const socket = slackManifest({ name: "Deputy", socket: true, oauth: false });
const http = slackManifest({ name: "Deputy", url: "https://d.example", socket: false, oauth: true });

const Shape = z.object({
  display_information: z.object({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.object({
    agent_view: z.object({
      agent_description: z.string().max(300),
      suggested_prompts: z.array(z.object({ title: z.string(), message: z.string() })).max(4),
    }),
    app_home: z.object({
      home_tab_enabled: z.literal(true),
      messages_tab_enabled: z.literal(true),
      messages_tab_read_only_enabled: z.literal(false),
    }),
    bot_user: z.object({ display_name: z.string().regex(/^[a-z0-9._-]{1,80}$/), always_online: z.boolean() }),
    shortcuts: z
      .array(
        z.object({
          name: z.string().max(24),
          type: z.enum(["global", "message"]),
          callback_id: z.string().max(255),
          description: z.string().max(150),
        }),
      )
      .max(10),
    slash_commands: z.array(
      z.object({
        command: z.string().startsWith("/").max(32),
        description: z.string().max(2_000),
        usage_hint: z.string().max(1_000),
        should_escape: z.literal(true),
        url: z.string().optional(),
      }),
    ),
  }),
  oauth_config: z.object({
    redirect_urls: z.array(z.string()).optional(),
    scopes: z.object({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
  settings: z.object({
    event_subscriptions: z.object({ bot_events: z.array(z.string()), request_url: z.string().optional() }),
    interactivity: z.object({ is_enabled: z.literal(true), request_url: z.string().optional() }),
    org_deploy_enabled: z.literal(true),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.literal(false),
  }),
});

/** Web API methods that the code calls, as `client.chat.postMessage(`. An upload is two methods in one. */
function calledMethods(): Set<string> {
  const calls = code.matchAll(/\bclient(?:Of\([^)]*\))?\s*\.([a-z]+(?:\.[a-zA-Z0-9]+)+)\(/g);
  const upload = ["files.getUploadURLExternal", "files.completeUploadExternal"];
  const called = [...calls].flatMap(([, method = ""]) => (method === "files.uploadV2" ? upload : method));
  return new Set([...called, "oauth.v2.access"]); // @slack/oauth calls the last
}

describe("slack/install/manifest", () => {
  it("is manifest.yml as it stands (`-u` writes it)", async () => {
    await expect(`${head}${toYaml(socket)}`).toMatchFileSnapshot("../../../../manifest.yml");
  });

  it.each([
    ["Socket Mode", socket],
    ["HTTP", http],
  ])("keeps Slack's limits over %s", (_name, manifest) => {
    expect(Shape.safeParse(manifest).error).toBeUndefined();
  });

  it("names our doors over HTTP, and none over Socket Mode", () => {
    expect(JSON.stringify(socket)).not.toContain("https://");
    expect(
      JSON.stringify(http)
        .match(/https:\/\/d\.example[a-z_/-]*/g)
        ?.toSorted(),
    ).toEqual([
      "https://d.example/connect/signed-in/slack",
      "https://d.example/slack/events",
      "https://d.example/slack/events",
      "https://d.example/slack/events",
      "https://d.example/slack/oauth_redirect",
    ]);
  });

  it("has names that fit where people's are too long or strange", () => {
    const { features } = Shape.parse(slackManifest({ name: "Ünïcode ✨ desk!", socket: true, oauth: false }));

    expect(features.bot_user.display_name).toBe("n-code-desk");
    expect(
      Shape.parse(slackManifest({ name: "日本", socket: true, oauth: false })).features.bot_user.display_name,
    ).toBe("deputy");
    expect(() =>
      Shape.parse(slackManifest({ name: "x".repeat(35), socket: true, oauth: false })),
    ).not.toThrow();
  });

  it("MP1: asks for the scopes that its events, methods and command need, and for no other", () => {
    const needed = new Set<string>([
      ...Object.values(EVENT_SCOPES).flat(),
      ...Object.values(METHOD_SCOPES).flat(),
      "commands", // the slash command and the shortcuts
    ]);

    expect([...SCOPES.bot, ...SCOPES.optional].toSorted()).toEqual([...needed].toSorted());
  });

  it("MP1: knows the scope of every method that the code calls, and of no other", () => {
    const called = calledMethods();

    expect([...called].filter((method) => !(method in METHOD_SCOPES))).toEqual([]);
    expect(Object.keys(METHOD_SCOPES).filter((method) => !called.has(method))).toEqual([]);
  });

  it("MP1: subscribes to the events that the code handles, and to no other", () => {
    const unhandled = EVENTS.filter((event) => {
      const [type = ""] = event.split(".");
      return !new RegExp(`\\.event\\((?:"${type}"|/[^/]*\\b${type}\\b[^/]*/)`).test(code);
    });
    const handled = [...code.matchAll(/\.event\((?:"(\w+)"|\/\^\(\?:([\w|]+)\)\$\/)/g)].flatMap(
      ([, one, several]) => one ?? (several ?? "").split("|"),
    );

    expect(unhandled).toEqual([]);
    const subscribed = new Set(EVENTS.map((event) => event.split(".")[0]));
    expect(handled.filter((type) => !subscribed.has(type))).toEqual([]);
  });

  it("ux d.7: streams nothing, so no answer is lost in a stream that breaks: it is posted when it is whole", () => {
    expect([...calledMethods()].filter((method) => /stream/i.test(method))).toEqual([]);
    expect(/\bchatStream\(/.test(code)).toBe(false);
  });

  it("MP1: offers the command and the shortcuts that the code handles", () => {
    const { features } = Shape.parse(socket);

    expect(features.shortcuts.map(({ type, callback_id }) => [type, callback_id])).toEqual([
      ["message", SHORTCUTS.ask],
      ["global", SHORTCUTS.task],
    ]);
    expect(features.slash_commands.map(({ command }) => command)).toEqual([COMMAND]);
    for (const name of ["SHORTCUTS.ask", "SHORTCUTS.task"]) expect(code.includes(name)).toBe(true);
    expect(/\.command\((?:COMMAND|"\/deputy"|\/\^\/)/.test(code)).toBe(true);
  });

  it("is told by the tests where the code is", () => {
    expect(sources.length).toBeGreaterThan(20);
  });
});
