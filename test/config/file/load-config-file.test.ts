import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../src/base/secret.ts";
import {
  type ConfigFileResult,
  loadConfigFile,
  parseConfigFile,
} from "../../../src/config/file/load-config-file.ts";

describe("config/file/load-config-file", () => {
  let folder = "";
  let path = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deputy-file-"));
    path = join(folder, "deputy.config.yml");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function parse(text: string, env: Readonly<Record<string, string>> = {}): ConfigFileResult {
    return parseConfigFile(text, path, env);
  }

  /** Problems without the path in front. */
  function problemsOf(text: string, env: Readonly<Record<string, string>> = {}): string[] {
    return parse(text, env).problems.map(
      ({ where, message }) => `${where.replace(`${path}, `, "")}: ${message}`,
    );
  }

  it("reads every part of the shape", () => {
    const page = readFileSync(new URL("../../../docs/config-file.md", import.meta.url), "utf8");
    const text = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
    writeFileSync(join(folder, "deputy.md"), "Be exact.\r\n");

    const { loaded, problems } = parse(text, {
      CRM_KEY: "k-crm",
      MAIL_SECRET: "s-mail",
      FILES_TOKEN: "t-files",
      SIEM_TOKEN: "t-siem",
      INTROSPECTION_SECRET: "s-introspection",
    });

    expect(problems).toEqual([]);
    expect(loaded.settings.agents[0]).toMatchObject({
      instructions: "Be exact.",
      budget: { usd: 5, hours: 72 },
    });
    expect(loaded.settings.connections["mail"]?.client_secret?.reveal()).toBe("s-mail");
    expect(loaded.settings.mcp["files"]?.command).toBe(join(folder, "servers/files"));
    expect(loaded.settings.policy[0]?.expires).toBe(30 * 60_000);
    expect(loaded.settings.retention.audit).toBe(7 * 365 * 86_400_000);
    expect(Object.keys(loaded.settings).toSorted()).toEqual([
      "agents",
      "channels",
      "connections",
      "groups",
      "mcp",
      "mcp_server",
      "policy",
      "quiet_hours",
      "retention",
      "schedules",
      "security",
    ]);
  });

  it.each([
    ["nothing", ""],
    ["a comment", "# later\n"],
    ["an empty document", "---\n"],
  ])("takes %s as the defaults", (_, text) => {
    const { loaded, problems } = parse(text);

    expect(problems).toEqual([]);
    expect(loaded.settings.agents).toEqual([
      {
        name: "deputy",
        role: "colleague",
        instructions: "",
        managers: [],
        tools: ["*"],
        budget: {},
        connections: [],
      },
    ]);
  });

  it("takes a byte order mark and Windows line ends", () => {
    writeFileSync(path, "\uFEFFagents:\r\n  - name: ada\r\n    role: analyst\r\n");

    const { loaded, problems } = loadConfigFile({ path, explicit: false, env: {} });

    expect(problems).toEqual([]);
    expect(loaded.settings.agents[0]).toMatchObject({ name: "ada", role: "analyst" });
  });

  describe("K1: a problem names line and key", () => {
    it.each([
      ["agents:\n  - role: x\n", "line 2, agents[0].name: is missing; expected a name."],
      [
        "agents:\n  - name: a\n    rolle: x\n",
        "line 3, agents[0].rolle: there is no such key; did you mean role?",
      ],
      ["agent:\n  - name: a\n", "line 1, agent: there is no such key; did you mean agents?"],
      ["agents: []\n", "line 1, agents: expected at least one agent."],
      ["agents: x\n", 'line 1, agents: expected a list of agents, but it is "x".'],
      ["- a\n", "line 1: expected a block of keys, but it is a list."],
      [
        "agents:\n  - name: a\n    budget: { usd: lots }\n",
        'line 3, agents[0].budget.usd: expected a number of dollars, but it is "lots".',
      ],
      [
        "agents:\n  - name: a\n    budget:\n      steps: 1.5\n",
        "line 4, agents[0].budget.steps: expected a number of steps above 0.",
      ],
      [
        "agents:\n  - name: a\n    managers: [U1]\n",
        "line 3, agents[0].managers[0]: expected platform:organisation:user.",
      ],
      [
        "agents:\n  - name: a\n    model: 5\n",
        "line 3, agents[0].model: expected a model's name, but it is 5; put it in quotes.",
      ],
      [
        "agents:\n  - name: a\n  - name: a\n",
        'line 3, agents[1].name: "a" is the name of an earlier entry; names are unique.',
      ],
      [
        "agents:\n  - name: a\n    connections: [crn]\nconnections:\n  crm: {}\n",
        'line 3, agents[0].connections[0]: there is no connection "crn"; did you mean crm?',
      ],
      [
        "channels:\n  C1: { agent: bob }\n",
        'line 2, channels.C1.agent: there is no agent "bob"; declare it under agents.',
      ],
      [
        'channels:\n  C1: { approvers: ["group:x"] }\n',
        'line 2, channels.C1.approvers[0]: there is no group "x"; declare it under groups.',
      ],
      [
        "channels:\n  C1:\n    reply: never\n",
        'line 3, channels.C1.reply: expected one of mention-only, followers, all, but it is "never".',
      ],
      [
        "connections:\n  a:\n    identity: user\n    api_key: k\n",
        "line 4, connections.a.api_key: is for identity: agent only; a person connects with OAuth.",
      ],
      [
        "connections:\n  a:\n    issuer: http://as.example\n",
        "line 3, connections.a.issuer: expected https; plain http is for this machine only.",
      ],
      [
        "connections:\n  a: { token_endpoint: https://as.example/t }\n",
        "line 2, connections.a.token_endpoint: needs its other half: authorization_endpoint and token_endpoint go together.",
      ],
      ["connections:\n  a b: {}\n", "line 2, connections.a b: expected a name of letters, digits, - and _."],
      ["mcp:\n  a: {}\n", "line 2, mcp.a.url: is missing; a server has a url, or a command to start."],
      [
        "mcp:\n  a:\n    url: https://x.example\n    args: [x]\n",
        "line 4, mcp.a.args: belongs to a command, not to a url.",
      ],
      [
        "policy:\n  - name: p\n    where:\n      - { path: /to, op: like, value: x }\n",
        "line 4, policy[0].where[0].op: expected path, op and value, with op one of equals, one_of, lt, gt, under, in_domain, not_in_domain, matches, count_gt.",
      ],
      [
        "policy:\n  - name: p\n    where:\n      - { path: /to, op: matches, value: '(' }\n",
        "line 4, policy[0].where[0].value: is no valid pattern; look-around and back-references are not known.",
      ],
      [
        "policy:\n  - name: p\n    expires: 30\n",
        "line 3, policy[0].expires: expected a duration such as 30m, 24h or 365d, but it is 30; put it in quotes.",
      ],
      [
        "schedules:\n  - { name: s, channel: C1, what: x, when: tomorrow }\n",
        "line 2, schedules[0].when: expected a time such as 2027-01-31T09:00, or cron such as 0 9 * * 1-5.",
      ],
      [
        'schedules:\n  - { name: s, channel: C1, what: x, when: "*/5 * * * *" }\n',
        'line 2, schedules[0].when: does not work: "*/5 * * * *" comes more often than every 10 minutes, which is the most that is scheduled. Choose a longer interval.',
      ],
      [
        'schedules:\n  - { name: s, channel: C1, what: x, when: "0 9 * * 1", timezone: Mars/Base }\n',
        "line 2, schedules[0].timezone: expected a time zone such as Europe/Prague.",
      ],
      [
        "quiet_hours: { from: 6pm, to: '09:00' }\n",
        "line 1, quiet_hours.from: expected a time such as 18:00.",
      ],
      [
        "retention:\n  messages: 6d\n",
        'line 2, retention.messages: expected a duration from 7d to 36500d, but it is "6d".',
      ],
      [
        "retention:\n  workspaces: 12h\n",
        'line 2, retention.workspaces: expected a duration from 1d to 36500d, but it is "12h".',
      ],
    ])("%j", (text, problem) => {
      expect(problemsOf(text)).toEqual([problem]);
    });

    it("and reports all of them", () => {
      expect(problemsOf("agents:\n  - name: a\n    rolle: x\n    modle: y\nchanels: {}\n")).toEqual([
        "line 3, agents[0].rolle: there is no such key; did you mean role?",
        "line 4, agents[0].modle: there is no such key; did you mean model?",
        "line 5, chanels: there is no such key; did you mean channels?",
      ]);
    });
  });

  describe("Y2: text that is no YAML", () => {
    it.each([
      ["a tab", "agents:\n\t- name: a\n", /^line 2: is indented with a tab; use spaces\.$/],
      ["an open bracket", "agents: [\n", /^line 2: is not YAML: /],
      ["a second document", "agents: []\n---\nagents: []\n", /^line 2: starts a second document/],
      ["a key twice", "groups: {}\ngroups: {}\n", /^line 2: repeats a key/],
      ["a tag", "agents: !!js/function 'x'\n", /^line 1: is not YAML: Unresolved tag/],
      ["an unknown alias", "groups: *nobody\n", /^line 1: Unresolved alias/],
      ["a control character", "agents:\n  - name: a\u0000\n", /^line 2: has a control character/],
      [
        "a variable in braces",
        "groups: { a: ${X} }\n",
        /^line 1: is not YAML: .* Put \$\{NAME\} in quotes\.$/,
      ],
    ])("%s is a problem with its line", (_, text, message) => {
      expect(problemsOf(text)[0]).toMatch(message);
    });
  });

  describe("Y1: hostile YAML", () => {
    it("refuses aliases that multiply", () => {
      const levels = Array.from(
        { length: 12 },
        (_, at) => `l${at + 1}: &l${at + 1} [${Array.from({ length: 9 }, () => `*l${at}`).join(", ")}]`,
      );

      expect(problemsOf(`l0: &l0 [x, x]\n${levels.join("\n")}\n`)).toEqual([
        "line 1: repeats itself too often through aliases.",
      ]);
    });

    it.each([
      ["refers to itself", "groups: &g\n  a: *g\n"],
      ["opens 20,000 brackets", "[".repeat(20_000)],
      ["nests 40 lists", `groups: ${"[".repeat(40)}${"]".repeat(40)}`],
    ])("refuses a file that %s", (_, text) => {
      expect(problemsOf(text)).toEqual([expect.stringMatching(/^line \d+: is nested too deeply\.$/)]);
    });

    it("does not let a key reach a prototype", () => {
      expect(problemsOf("__proto__: { enabled: true }\n")).toEqual([
        expect.stringContaining("__proto__: there is no such key"),
      ]);
      expect(problemsOf("groups:\n  __proto__: ['a:b:c']\n")).toEqual([
        "line 2, groups.__proto__: there is no such key.",
      ]);
    });
  });

  describe("${NAME}", () => {
    it("reads the environment, inside secrets and texts", () => {
      const { loaded } = parse(
        "connections:\n  a: { identity: agent, api_key: 'Key ${K}' }\nagents:\n  - name: a\n    role: '${R}-${R}'\n",
        { K: "one", R: "x" },
      );

      expect(loaded.settings.connections["a"]?.api_key?.reveal()).toBe("Key one");
      expect(loaded.settings.agents[0]?.role).toBe("x-x");
    });

    it("serves where a number or a switch is expected", () => {
      const { loaded, problems } = parse(
        "agents:\n  - name: a\n    budget:\n      usd: ${USD}\nchannels:\n  C1:\n    guests: ${GUESTS}\n",
        { USD: "2.5", GUESTS: "true" },
      );

      expect(problems).toEqual([]);
      expect(loaded.settings.agents[0]?.budget.usd).toBe(2.5);
      expect(loaded.settings.channels["C1"]?.guests).toBe(true);
    });

    it("reads NAME_FILE where NAME is not set", () => {
      writeFileSync(join(folder, "mail-secret"), "from-file\n");

      const { loaded } = parse("connections:\n  a: { client_secret: '${S}' }\n", { S_FILE: "mail-secret" });

      expect(loaded.settings.connections["a"]?.client_secret?.reveal()).toBe("from-file");
    });

    it("stands for what is behind :- where the environment has nothing", () => {
      const file = "agents:\n  - name: a\n    role: 'at ${WHERE:-http://127.0.0.1:4810}${EMPTY:-}'\n";
      expect(parse(file).loaded.settings.agents[0]?.role).toBe("at http://127.0.0.1:4810");
      expect(parse(file, { WHERE: "home" }).loaded.settings.agents[0]?.role).toBe("at home");
    });

    it("is left alone when written as $${", () => {
      expect(parse("agents:\n  - name: a\n    role: 'a $${X}'\n").loaded.settings.agents[0]?.role).toBe(
        "a ${X}",
      );
    });

    it("names a variable that is missing, once, beside the other problems", () => {
      expect(problemsOf("agents:\n  - name: ${WHO}\n    rolle: x\n")).toEqual([
        "line 2, agents[0].name: reads ${WHO}, but the environment has no WHO.",
        "line 3, agents[0].rolle: there is no such key; did you mean role?",
      ]);
    });

    it("names a file that cannot be read", () => {
      expect(problemsOf("connections:\n  a: { client_secret: '${S}' }\n", { S_FILE: "gone" })[0]).toContain(
        "reads S_FILE: ",
      );
    });

    it.each(["${", "${1X}", "${A-B}"])("refuses %s", (text) => {
      expect(problemsOf(`agents:\n  - name: a\n    role: 'x ${text}'\n`)).toEqual([
        "line 3, agents[0].role: has a ${ without a name and }; write $${ for a plain ${.",
      ]);
    });

    it("K3: is not repeated by value in a problem", () => {
      const env = { T: "hunter2-hunter2" };
      const texts = [
        "agents:\n  - name: a\n    managers: ['${T}']\n",
        "agents:\n  - name: a\n    budget: { usd: '${T}' }\n",
        "agents:\n  - name: a\n    connections: ['${T}']\n",
        "agents:\n  - name: a\n    instructions: './${T}'\n",
        "channels:\n  C1: { approvers: ['group:${T}'], agent: '${T}' }\n",
        "channels:\n  C1: { reply: '${T}' }\n",
        "retention: { audit: '${T}' }\n",
        "policy: [{ name: '${T}' }, { name: '${T}' }]\n",
      ];

      for (const text of texts) {
        const problems = problemsOf(text, env);
        expect(problems).not.toEqual([]);
        expect(problems.join("\n")).not.toContain("hunter2");
      }
    });

    it("tells the redactor of variables that are called like secrets", () => {
      const { loaded } = parse("mcp:\n  a:\n    command: x\n    args: ['--t=${API_TOKEN}', '${REGION}']\n", {
        API_TOKEN: "tok-123456",
        REGION: "eu-west",
      });

      expect(loaded.secrets.map((secret) => secret.reveal())).toEqual(["tok-123456"]);
    });
  });

  describe("files that it names", () => {
    it.each(["./a.md", "a.md", "sub/../a.md", "notes.txt"])("reads instructions from %s", (name) => {
      mkdirSync(join(folder, "sub"));
      writeFileSync(join(folder, "a.md"), "Hello\r\nthere\r\n");
      writeFileSync(join(folder, "notes.txt"), "Hello\nthere");

      const { loaded } = parse(`agents:\n  - name: a\n    instructions: ${name}\n`);

      expect(loaded.settings.agents[0]?.instructions).toBe("Hello\nthere");
    });

    it("takes other instructions as the text itself", () => {
      const { loaded } = parse(
        "agents:\n  - name: a\n    instructions: |\n      Read a.md first.\n      Then act.\n",
      );

      expect(loaded.settings.agents[0]?.instructions).toBe("Read a.md first.\nThen act.\n");
    });

    it("K1: names a file that is not there by its key", () => {
      expect(problemsOf("agents:\n  - name: a\n    instructions: ./gone.md\n")).toEqual([
        "line 3, agents[0].instructions: the file ./gone.md does not exist.",
      ]);
    });

    it("takes anchors of the audit trail from its own folder", () => {
      expect(
        parse("security: { audit_anchor: [audit.jsonl] }\n").loaded.settings.security.audit_anchor,
      ).toEqual([join(folder, "audit.jsonl")]);
    });
  });

  describe("the file itself", () => {
    function load(explicit: boolean): string[] {
      const result = loadConfigFile({ path, explicit, env: {} });
      return result.problems.map(({ where, message }) => `${where === path ? "path" : where}: ${message}`);
    }

    it("K2: is the defaults when it is absent, unless it was named", () => {
      expect(load(false)).toEqual([]);
      expect(load(true)).toEqual(["path: there is no such file; DEPUTY_CONFIG names it."]);
    });

    it("may not be a folder", () => {
      mkdirSync(path);

      expect(load(false)).toEqual(["path: is a folder, not a file."]);
    });

    it("may not be a pipe, which nobody writes to", () => {
      execFileSync("/usr/bin/mkfifo", [path]);

      expect(load(false)).toEqual(["path: is not a regular file."]);
    });

    it("may not be larger than 256 KB", () => {
      writeFileSync(path, `# ${"x".repeat(300_000)}\n`);

      expect(load(false)).toEqual(["path: is larger than 256 KB."]);
    });

    it.each([
      ["UTF-16", Buffer.from("\uFEFFagents: []", "utf16le")],
      ["Latin-1", Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a])],
    ])("may not be %s", (_, bytes) => {
      writeFileSync(path, bytes);

      expect(load(false)).toEqual(["path: is not UTF-8; save it as UTF-8."]);
    });
  });

  it("keeps secrets wrapped", () => {
    const { loaded } = parse("mcp:\n  a: { command: x, env: { TOKEN: abc-def } }\n");

    expect(loaded.settings.mcp["a"]?.env?.["TOKEN"]).toBeInstanceOf(Secret);
    expect(JSON.stringify(loaded)).not.toContain("abc-def");
  });
});
