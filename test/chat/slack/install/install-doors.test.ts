import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../../src/base/secret.ts";
import type { Door } from "../../../../src/chat/contract.ts";
import type { TokenOwner } from "../../../../src/chat/slack/install/ask-slack.ts";
import { authorizeUrl, createInstallDoors } from "../../../../src/chat/slack/install/install-doors.ts";
import { SCOPES } from "../../../../src/chat/slack/manifest-parts.ts";
import { type AskServer, startAskServer } from "./ask-server.ts";
import { createLogLines } from "./log-lines.ts";

interface Saved {
  readonly owner: TokenOwner;
  readonly token: string;
  readonly by: string;
}

const publicUrl = "https://deputy.example";

describe("slack/install/install-doors", () => {
  let slack: AskServer;
  let saved: Saved[];
  let claimed: Set<string>;
  const log = createLogLines();

  const openDoors = (allowed: readonly string[] = []): readonly Door[] =>
    createInstallDoors({
      clientId: "1.2",
      clientSecret: new Secret("client-secret"),
      publicUrl,
      apiUrl: slack.apiUrl,
      allowed,
      log,
      stateKey: new Secret("state-key"),
      claimOnce: async (name) => !claimed.has(name) && claimed.add(name).has(name),
      save: async (owner, token, by) => void saved.push({ owner, token: token.reveal(), by }),
    });
  const visit = (doors: readonly Door[], path: string, init?: RequestInit): Promise<Response> => {
    const url = new URL(path, publicUrl);
    const door = doors.find((one) => one.path === url.pathname);
    if (!door) throw new Error(`No door at ${path}`);
    return door.handle(new Request(url, init));
  };
  /** Goes to Slack and gives what it takes to come back. */
  const begin = async (doors: readonly Door[]): Promise<{ state: string; cookie: string; to: URL }> => {
    const response = await visit(doors, "/slack/install");
    const to = new URL(response.headers.get("location") ?? "");
    const cookie = (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    return { state: to.searchParams.get("state") ?? "", cookie, to };
  };
  const comeBack = (
    doors: readonly Door[],
    query: Record<string, string>,
    cookie: string,
  ): Promise<Response> =>
    visit(doors, `/slack/oauth_redirect?${new URLSearchParams(query)}`, { headers: { cookie } });

  beforeEach(async () => {
    slack = await startAskServer({ "xoxb-new": { team: "T0009" } });
    slack.codes.set("code-1", {
      ok: true,
      access_token: "xoxb-new",
      token_type: "bot",
      scope: "chat:write,commands",
      bot_user_id: "UBOT",
      app_id: "A1",
      team: { id: "T0009", name: "Ana & <b>Co</b>" },
      enterprise: null,
      is_enterprise_install: false,
      authed_user: { id: "U1" },
    });
    saved = [];
    claimed = new Set();
  });
  afterEach(() => slack.server.close());

  it("leads to Slack with the manifest's scopes, our address and a state bound to the browser", async () => {
    const { to, state, cookie } = await begin(openDoors());

    expect(to.href).toContain(`${slack.server.origin}/oauth/v2/authorize?`);
    expect(to.searchParams.get("scope")?.split(",").toSorted()).toEqual(
      [...SCOPES.bot, ...SCOPES.optional].toSorted(),
    );
    expect(to.searchParams.get("client_id")).toBe("1.2");
    expect(to.searchParams.get("redirect_uri")).toBe(`${publicUrl}/slack/oauth_redirect`);
    expect(state.length).toBeGreaterThan(40);
    expect(cookie).toContain(state);
  });

  it("takes the answer and keeps who installed it where, with the token", async () => {
    const doors = openDoors();
    const { state, cookie } = await begin(doors);

    const response = await comeBack(doors, { code: "code-1", state }, cookie);

    expect(response.status).toBe(200);
    const body = await response.text();
    expect(body).toContain("Ana &amp; &lt;b&gt;Co&lt;/b&gt;");
    expect(body).not.toContain("xoxb");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("set-cookie")).toContain("=deleted");
    expect(saved).toEqual([
      {
        owner: {
          team: "T0009",
          orgWide: false,
          botUser: "UBOT",
          botId: "B1",
          appId: "A1",
          scopes: ["chat:write", "commands"],
        },
        token: "xoxb-new",
        by: "U1",
      },
    ]);
    const sent = new URLSearchParams(slack.server.requests[0]?.body);
    expect(sent.get("redirect_uri")).toBe(`${publicUrl}/slack/oauth_redirect`);
  });

  it("keeps an installation for a whole organisation under the organisation", async () => {
    slack.tokens.set("xoxb-new", { team: "E1", orgWide: true });
    const answer = {
      ...slack.codes.get("code-1"),
      team: null,
      enterprise: { id: "E1", name: "Org" },
      is_enterprise_install: true,
    };
    slack.codes.set("code-1", answer);
    const doors = openDoors();
    const { state, cookie } = await begin(doors);

    const response = await comeBack(doors, { code: "code-1", state }, cookie);

    expect(response.status).toBe(200);
    expect(saved[0]?.owner).toMatchObject({ team: "E1", enterprise: "E1", orgWide: true });
  });

  it("ID1: takes a state once", async () => {
    const doors = openDoors();
    const { state, cookie } = await begin(doors);
    await comeBack(doors, { code: "code-1", state }, cookie);
    slack.codes.set("code-2", { ok: true });

    const again = await comeBack(doors, { code: "code-2", state }, cookie);

    expect(again.status).toBe(400);
    expect(await again.text()).toContain("used before");
    expect(saved).toHaveLength(1);
    expect(slack.codes.has("code-2")).toBe(true);
  });

  it.each([
    ["of another browser", async (state: string) => ({ query: { code: "code-1", state }, cookie: "" })],
    [
      "that we did not sign",
      async () => ({ query: { code: "code-1", state: "forged" }, cookie: "slack-app-oauth-state=forged" }),
    ],
    [
      "that is not there",
      async (state: string) => ({ query: { code: "code-1" }, cookie: `slack-app-oauth-state=${state}` }),
    ],
  ])("ID1: refuses a state %s, and asks Slack nothing", async (_name, tamper) => {
    const doors = openDoors();
    const { state } = await begin(doors);
    const { query, cookie } = await tamper(state);

    const response = await comeBack(doors, query, cookie);

    expect(response.status).toBe(400);
    expect(await response.text()).toContain("Begin again at /slack/install");
    expect(slack.methods()).toEqual([]);
    expect(saved).toEqual([]);
  });

  it("ID2: refuses a workspace that is not served, and gives its token back", async () => {
    const doors = openDoors(["T0001"]);
    const { state, cookie } = await begin(doors);

    const response = await comeBack(doors, { code: "code-1", state }, cookie);

    expect(response.status).toBe(403);
    expect(await response.text()).toContain("does not serve the workspace T0009");
    expect(saved).toEqual([]);
    expect(slack.tokens.has("xoxb-new")).toBe(false);
  });

  it("says what to do when Slack refuses the code or the person cancels", async () => {
    const doors = openDoors();
    const first = await begin(doors);
    const wrong = await comeBack(doors, { code: "code-none", state: first.state }, first.cookie);
    const second = await begin(doors);
    const cancelled = await comeBack(doors, { error: "access_denied", state: second.state }, second.cookie);

    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("Slack did not complete");
    expect(cancelled.status).toBe(400);
    expect(await cancelled.text()).toContain("cancelled");
  });

  it("takes GET only", async () => {
    const response = await visit(openDoors(), "/slack/oauth_redirect", { method: "POST", body: "x" });

    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("GET");
  });

  it("ID3: writes no code, state or token to the log", async () => {
    const doors = openDoors();
    const { state, cookie } = await begin(doors);
    await comeBack(doors, { code: "code-1", state }, cookie);
    await comeBack(doors, { code: "code-1", state }, cookie);

    const text = log.lines.join("\n");
    expect(text).toContain("T0009");
    for (const secret of ["code-1", state, "xoxb", "client-secret"]) expect(text).not.toContain(secret);
  });

  it.each([
    ["https://slack.com/api", "https://slack.com/oauth/v2/authorize"],
    ["https://slack-gov.com/api", "https://slack-gov.com/oauth/v2/authorize"],
    ["https://proxy.example/slack/api", "https://proxy.example/slack/oauth/v2/authorize"],
  ])("finds the page for installing beside the API %s", (apiUrl, page) => {
    expect(authorizeUrl(apiUrl)).toBe(page);
  });
});
