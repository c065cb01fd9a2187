import { spawnSync } from "node:child_process";
import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { AppError } from "../../src/base/errors.ts";
import type { Logger } from "../../src/base/logger.ts";
import { Secret } from "../../src/base/secret.ts";
import { createLogger, type LoggerOptions } from "../../src/telemetry/create-logger.ts";
import { createRedactor } from "../../src/telemetry/redact.ts";

interface Opened {
  readonly log: Logger;
  readonly lines: string[];
  /** The last line, parsed. */
  readonly last: () => Record<string, unknown>;
}

function open(options: Partial<LoggerOptions> & { readonly secrets?: readonly Secret[] } = {}): Opened {
  const lines: string[] = [];
  const log = createLogger({
    level: "debug",
    to: { write: (line) => lines.push(line) },
    redactor: createRedactor(options.secrets),
    now: () => Date.parse("2026-11-23T09:00:00Z"),
    ...options,
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? "null") };
}

describe("telemetry/create-logger", () => {
  it("writes one JSON line with level, time, text and fields", () => {
    const { log, lines } = open({ fields: { role: "worker" } });

    log.info("segment settled", { run: "run_1", ms: 12 });

    expect(lines).toEqual([
      '{"level":"info","time":"2026-11-23T09:00:00.000Z","role":"worker","run":"run_1","ms":12,"msg":"segment settled"}\n',
    ]);
  });

  it("leaves out what is below its level", () => {
    const { log, lines } = open({ level: "warn" });

    log.debug("a");
    log.info("b");
    log.warn("c");
    log.error("d");

    expect(lines).toHaveLength(2);
  });

  it("gives children the fields of their parents", () => {
    const { log, last } = open();

    log.child({ run: "run_1" }).child({ step: 3 }).warn("slow");

    expect(last()).toMatchObject({ run: "run_1", step: 3, msg: "slow" });
  });

  it("does not read format marks in a text", () => {
    const { log, last } = open();

    log.info("100%d %s %j", { a: 1 });

    expect(last()["msg"]).toBe("100%d %s %j");
  });

  describe("L3: secrets", () => {
    const secret = new Secret('hunter2-"hunter2"');
    const raw = secret.reveal();

    it.each([
      ["the text", (log: Logger): void => log.info(`token ${raw}`)],
      ["a field", (log: Logger): void => log.info("x", { note: raw })],
      ["the name of a field", (log: Logger): void => log.info("x", { [raw]: 1 })],
      [
        "a field deep down",
        (log: Logger): void => log.info("x", { a: [{ b: `url?${encodeURIComponent(raw)}` }] }),
      ],
      ["a child's field", (log: Logger): void => log.child({ note: raw }).info("x")],
      ["an error's message", (log: Logger): void => log.error("x", { error: new Error(`bad ${raw}`) })],
      [
        "the cause of a cause",
        (log: Logger): void =>
          log.error("x", { error: new Error("a", { cause: new Error("b", { cause: raw }) }) }),
      ],
      [
        "a stack",
        (log: Logger): void => log.error("x", { error: Object.assign(new Error("a"), { stack: raw }) }),
      ],
      [
        "base64 of user and password",
        (log: Logger): void => log.info(Buffer.from(`ana:${raw}`).toString("base64")),
      ],
    ])("are hidden in %s", (_, act) => {
      const { log, lines } = open({ secrets: [secret] });

      act(log);

      const line = lines.join("");
      expect(line).not.toContain("hunter2");
      expect(line).toContain("[secret:");
      expect(() => JSON.parse(line)).not.toThrow();
    });

    it("RED-1: print as their fingerprint", () => {
      const { log, last } = open();

      log.info("x", { key: secret });

      expect(last()["key"]).toBe(secret.toString());
    });

    it.each([
      "authorization",
      "Set-Cookie",
      "password",
      "client_secret",
      "accessToken",
      "API_KEY",
      "slack_token",
    ])("RED-3: are hidden in a field called %s, though nobody registered them", (name) => {
      const { log, last } = open();

      log.info("x", { request: { [name]: "whatever" }, tokens: 12 });

      expect(last()).toMatchObject({ request: { [name]: "[hidden]" }, tokens: 12 });
    });
  });

  describe("L1: an error", () => {
    it("keeps code, message, stack, retry, facts and cause", () => {
      const { log, last } = open();
      const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
      const error = new AppError("model.unavailable", "The model did not answer.", {
        cause,
        retry: { kind: "after", ms: 500 },
        facts: { model: "m" },
      });

      log.error("model call failed", { error });

      expect(last()["error"]).toMatchObject({
        name: "AppError",
        code: "model.unavailable",
        message: "The model did not answer.",
        retry: { kind: "after", ms: 500 },
        facts: { model: "m" },
        stack: expect.stringContaining("create-logger.test.ts"),
        cause: { code: "ECONNREFUSED", message: "connect ECONNREFUSED" },
      });
    });

    it("loses request, response, headers and body, at every depth", () => {
      const { log, lines } = open();
      const traffic = {
        request: { headers: { authorization: "Bearer unregistered-a" }, body: "private-body" },
        response: { data: "private-answer" },
        config: { headers: { cookie: "unregistered-b" } },
      };
      const inner = Object.assign(new Error("inner"), traffic);
      const error = Object.assign(new Error("outer", { cause: inner }), traffic);

      log.error("failed", { error, again: [error], bundle: new AggregateError([inner], "several") });

      expect(lines.join("")).not.toMatch(/unregistered|private/);
      expect(lines.join("")).toContain('"message":"inner"');
    });

    it("may be anything that was thrown", () => {
      const { log, last } = open();

      log.error("failed", { error: "just text" });
      expect(last()["error"]).toBe("just text");

      log.error("failed", { error: { headers: { authorization: "Bearer x" } } });
      expect(last()["error"]).toEqual({ headers: { authorization: "[hidden]" } });
    });

    it("may have itself as its cause", () => {
      const { log, lines } = open();
      const error = new Error("round");
      error.cause = error;

      log.error("failed", { error });

      expect(lines).toHaveLength(1);
    });
  });

  describe("L2: a value", () => {
    it("that is somebody else's object becomes its name", () => {
      const { log, last } = open();
      const request = new IncomingMessage(new Socket());
      request.headers.authorization = "Bearer unregistered";

      log.warn("x", { request, map: new Map([["a", 1]]), bytes: Buffer.from("abc") });

      expect(last()).toMatchObject({ request: "[IncomingMessage]", map: "[Map]", bytes: "[3 bytes]" });
    });

    it("that is an address loses its query", () => {
      const { log, last } = open();

      log.info("x", { url: new URL("https://a:b@x.example/p?token=1#f") });

      expect(last()["url"]).toBe("https://x.example/p");
    });

    it("is cut when it is long, deep or wide", () => {
      const { log, lines } = open();
      const round: Record<string, unknown> = {};
      round["round"] = round;

      log.info("x", { text: "y".repeat(100_000), round, wide: Array.from({ length: 5_000 }, (_, at) => at) });

      expect(lines.join("").length).toBeLessThan(20_000);
    });

    it("may be a bigint, a function, a bad date, or undefined", () => {
      const { log, last } = open();

      log.info("x", { a: 1n, b: () => 1, c: new Date(Number.NaN), d: undefined, e: Symbol("s") });

      expect(last()).toMatchObject({ a: "1", b: "[function]", c: "[bad date]", e: "Symbol(s)" });
    });
  });

  describe("L4: logging never throws", () => {
    it("for a field that throws when it is read", () => {
      const { log } = open();
      const trap = {
        get boom(): string {
          throw new Error("boom");
        },
      };

      expect(() => log.info("x", { trap })).not.toThrow();
      expect(() => log.child({ trap }).info("y")).not.toThrow();
    });

    it("for a sink that is gone", () => {
      const { log } = open({
        to: {
          write: () => {
            throw new Error("EPIPE");
          },
        },
      });

      expect(() => log.error("x")).not.toThrow();
    });
  });

  describe("for a terminal", () => {
    it("writes time, level, text and fields on one line", () => {
      const { log, lines } = open({ form: "pretty" });

      log.warn("slow step", { run: "run_1", note: "two words", n: { a: 1 } });

      expect(lines).toEqual(['09:00:00.000 WARN  slow step run=run_1 note="two words" n={"a":1}\n']);
    });

    it("shows an error with its code, its frames and its cause", () => {
      const { log, lines } = open({ form: "pretty" });

      log.error("failed", { error: new AppError("a.b", "No luck.", { cause: new Error("deeper") }) });

      expect(lines[0]).toMatch(/^09:00:00\.000 ERROR failed error=a\.b: No luck\.\n {4}at /);
      expect(lines[0]).toContain("\n    because Error: deeper");
    });

    it("lets no value move the cursor or fake a line", () => {
      const { log, lines } = open({ form: "pretty" });

      log.info("a\u001b[2Jb\nc", { "k\u001b": "x\r\n09:00:00.000 ERROR fake\u202e" });

      // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
      expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f\u202e]/);
    });

    it("colours only when it is told to", () => {
      const { log, lines } = open({ form: "pretty-colour" });

      log.info("x");

      expect(lines[0]).toContain("\u001b[36mINFO \u001b[0m");
    });
  });

  it.each(["stdout", "stderr"] as const)("writes to %s and nowhere else", (to) => {
    const logger = fileURLToPath(new URL("../../src/telemetry/create-logger.ts", import.meta.url));
    const redact = fileURLToPath(new URL("../../src/telemetry/redact.ts", import.meta.url));
    const script = `
      const { createLogger } = await import(${JSON.stringify(logger)});
      const { createRedactor } = await import(${JSON.stringify(redact)});
      createLogger({ level: "info", to: ${JSON.stringify(to)}, redactor: createRedactor(), now: () => 0 }).info("hello");
    `;

    const { stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", "tsx", "--input-type=module", "--eval", script],
      { encoding: "utf8" },
    );

    const output = { stdout, stderr };
    expect(output[to]).toContain('"msg":"hello"');
    expect(output[to === "stdout" ? "stderr" : "stdout"]).toBe("");
  });
});
