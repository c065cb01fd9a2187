// What the web server is given.

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Secret } from "../base/secret.ts";
import type { LocalRoom } from "../chat/local/room.ts";
import type { WebConnect } from "./connect-contract.ts";
import type { WebConsole } from "./console-contract.ts";
import type { WebMcp } from "./mcp-contract.ts";

export interface Readiness {
  readonly ok: boolean;
  /** By name, what was found; shown to this machine only. */
  readonly checks: Readonly<Record<string, unknown>>;
}

/** A door of another part: gets the request as it came, body unread. */
interface Mount {
  /** Path pattern of Hono, such as `/slack/events` or `/oauth/callback/:connection`. */
  readonly path: string;
  readonly handler: (request: Request) => Promise<Response>;
}

export interface WebMetrics {
  /** Prometheus text. */
  readonly text: () => Promise<string>;
  /** Asked of whoever reads them; without it only this machine may. */
  readonly token?: Secret;
}

export interface WebChat {
  readonly room: LocalRoom;
  /** Shown as a banner: `Demo model (scripted) — set OPENAI_API_KEY to use a real one`. */
  readonly modelLabel?: string;
  /** Things to ask for, offered where a channel is empty. */
  readonly suggestions?: readonly string[];
  /** Hosts that links in the agent's messages may lead to; links that people gave can always be followed. */
  readonly linkHosts?: readonly string[];
  /** The operator's word that the page may be reached from other machines. */
  readonly openToNetwork?: boolean;
}

export interface WebDeps {
  readonly listen: {
    readonly host: string;
    /** 0 takes any free port. */
    readonly port: number;
    readonly publicUrl?: string;
  };
  readonly clock: Clock;
  readonly log: Logger;
  readonly ready: () => Promise<Readiness>;
  readonly metrics?: WebMetrics;
  readonly mounts?: readonly Mount[];
  /** The pages behind links to connect accounts. */
  readonly connect?: WebConnect;
  /** For the console, which needs `connect` for who asks; none when absent. */
  readonly console?: WebConsole;
  /** The door for other agents and IDEs; none when absent. */
  readonly mcp?: WebMcp | undefined;
  /** The local chat page; none when absent. */
  readonly chat?: WebChat;
}

export interface Web {
  /** Rejects with `WebError`. `chatUrl` opens the chat page once. */
  start(): Promise<{ readonly url: string; readonly chatUrl?: string }>;
  /** Another link that opens the chat page once. Only with a chat, and after `start`. */
  chatLink(): string;
  /** Not ready any more, ends event streams, waits a moment for requests. Twice is once. */
  stop(): Promise<void>;
}
