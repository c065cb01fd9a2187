// Servers that are started by a command, in the sandbox and nowhere else (MCP-11, A21).
//
//   SD1  What is started is the configuration's command, whose file was held against `integrity` a moment before.
//   SD2  A line of the server is a message or nothing; one without end, or a program that ends, ends the session: whoever waits for
//        an answer is told that it was lost.
//   SD3  What it writes to stderr is for operators: the end of it, redacted like all of the log, where it ended by itself.

import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/sdk/shared/stdio.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import type { Ending, Service } from "../../sandbox/contract.ts";
import type { McpServer, OpenTransport, TransportKind, TransportUse } from "../contract.ts";
import { McpFailure } from "../errors.ts";
import { findProgram } from "../program.ts";

const longestMessage = 8 * 1024 ** 2;
const keptOfErrors = 2_000;
const goodbyeMs = 1_000;

export const sandboxedStdio: TransportKind = {
  kind: "command",
  async open(server, use) {
    const { sandbox, log } = use;
    const tried = await sandbox?.state();
    if (!sandbox || !tried) throw off(server, "there is none in this process");
    if (tried.kind === "off") throw off(server, tried.why);
    const service = await started(server, { ...use, sandbox });
    const transport = new ServiceTransport(service, (ending, errors) => {
      if (ending.kind === "killed" && ending.why === "stopped") return;
      log.warn("An MCP server ended by itself", {
        server: server.name,
        ending: wordsOf(ending),
        stderr: errors,
      });
    });
    return { transport, leave: () => transport.leave() } satisfies OpenTransport;
  },
};

async function started(
  server: McpServer,
  { sandbox, onDenied }: TransportUse & { readonly sandbox: NonNullable<TransportUse["sandbox"]> },
): Promise<Service> {
  if (server.at.kind !== "command") throw new TypeError(`${server.name} has no command`);
  const { command, args, env, integrity } = server.at;
  const { shown } = await findProgram({ server: server.name, command, args, integrity });
  return sandbox.serve({ name: server.name, program: [command, ...args], env, shown, onDenied });
}

function off({ name }: McpServer, why: string): McpFailure {
  return new McpFailure(
    "mcp.unavailable",
    `The server ${name} is off: it runs in the sandbox or not at all, and ${why}. An operator sees more with \`deputy doctor\`.`,
  );
}

function wordsOf(ending: Ending): string {
  if (ending.kind === "exit") return `exit ${ending.code}`;
  return ending.kind === "killed" ? ending.why : ending.detail;
}

type Ended = (ending: Ending, errors: string) => void;

/** The SDK's transport over the streams of a service. */
class ServiceTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #service: Service;
  readonly #buffer = new ReadBuffer({ maxBufferSize: longestMessage });
  #errors = "";

  constructor(service: Service, ended: Ended) {
    this.#service = service;
    service.errors.on("data", (piece: Buffer) => {
      this.#errors = `${this.#errors}${piece.toString()}`.slice(-keptOfErrors);
    });
    service.ended
      .then((ending) => {
        ended(ending, this.#errors);
        this.onclose?.();
      })
      .catch(() => undefined);
  }

  start(): Promise<void> {
    this.#service.output.on("data", (piece: Buffer) => this.#take(piece));
    this.#service.output.on("error", () => undefined); // it has ended, and that is told
    return Promise.resolve();
  }

  #take(piece: Buffer): void {
    try {
      this.#buffer.append(piece);
    } catch {
      return void this.#service.end(); // SD2
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#service.input.write(serializeMessage(message), (error) =>
        error ? reject(new Error("The server has ended")) : resolve(),
      );
    });
  }

  /** Its input ends: a server ends by itself then, as MCP has it, and is ended if it does not. */
  async leave(): Promise<void> {
    this.#service.input.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, goodbyeMs)));
    await Promise.race([this.#service.ended, late]);
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    await this.#service.end();
  }
}
