// What the connector's refusals mean (C3). Texts name the status and Teams' own code, never what was said.
//
//   TE1  429 and 412 did not happen.
//   TE2  A write that got no answer, or 500 and above, may have happened: behind a gateway that says 502 it may have been taken.
//   TE3  A stream that Teams does not want (any more) says nothing of the place: messages are taken there as before.

import { z } from "zod";
import { errorText, type Retry } from "../../../base/errors.ts";
import { ChatError, type ChatErrorCode } from "../../errors.ts";

const Refusal = z.object({
  error: z.object({ code: z.string().max(200).catch(""), message: z.string().max(1_000).catch("") }),
});

/** Why Teams takes no more of a stream: the one code that it has for all of it comes with sentences of its own. */
export type StreamRefusal = "stopped" | "too long" | "completed" | "other";

const streamRefusals: readonly (readonly [RegExp, StreamRefusal])[] = [
  [/cancell?ed by (?:the )?user/i, "stopped"],
  [/exceeded streaming time/i, "too long"],
  [/already completed/i, "completed"],
];

/** Undefined where it is no stream that was refused. */
export function streamRefusal(error: unknown): StreamRefusal | undefined {
  const why = error instanceof ChatError ? error.facts["stream"] : undefined;
  return why === "stopped" || why === "too long" || why === "completed" || why === "other" ? why : undefined;
}

export interface Attempted {
  readonly what: string;
  /** Doing it twice is doing it once. */
  readonly repeatable: boolean;
}

interface Meaning {
  readonly code: ChatErrorCode;
  readonly fate?: "unknown";
  readonly retry?: Retry;
  readonly noPlace?: true;
  readonly todo: string;
}

const backoff: Retry = { kind: "backoff" };
const usualWaitMs = 5_000;
const longestWaitMs = 15 * 60_000;
const later: Meaning = { code: "chat.unavailable", retry: backoff, todo: "It is tried again." };
const unsure: Meaning = { ...later, fate: "unknown" };
const streamOver: Meaning = { code: "chat.refused", todo: "Nothing more of it is streamed." };
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [400, { code: "chat.decoration_refused", todo: "A plainer form is tried." }],
  [401, { code: "chat.refused", retry: backoff, todo: "Check TEAMS_APP_ID and TEAMS_APP_PASSWORD." }],
  [403, { code: "chat.refused", noPlace: true, todo: "Add the app there again." }],
  [404, { code: "chat.not_found", todo: "It was deleted, or the app is not there." }],
  [412, later],
  [413, { code: "chat.bad_request", todo: "It is sent as a file." }],
]);

/** `waitMs`: how long is to be waited where it was too much. */
export function fromAnswer(
  { status, body, waitMs }: { readonly status: number; readonly body: unknown; readonly waitMs: number },
  attempted: Attempted,
): ChatError {
  const { code: teams = "", message = "" } = Refusal.safeParse(body).data?.error ?? {};
  if (status === 429) {
    const ms = waitMs;
    const meaning: Meaning = {
      code: "chat.rate_limited",
      retry: { kind: "after", ms },
      todo: `It is tried again in ${ms} ms.`,
    };
    return made(meaning, attempted, { status, teams });
  }
  if (teams === "ContentStreamNotAllowed") {
    const stream = streamRefusals.find(([words]) => words.test(message))?.[1] ?? "other";
    return made(streamOver, attempted, { status, teams, stream });
  }
  const meaning =
    meanings.get(status) ??
    (status >= 500
      ? unsure
      : ({
          code: "chat.refused",
          todo: "Look the code up in Microsoft's table of errors.",
        } satisfies Meaning));
  const noPlace = /ConversationNotFound|NotInConversationRoster/i.test(teams);
  return made(noPlace ? { ...meaning, noPlace } : meaning, attempted, { status, teams });
}

/** The connection failed: `sent` says whether the request may have left. */
export function fromFailure(error: unknown, sent: boolean, attempted: Attempted): ChatError {
  if (error instanceof ChatError) return error;
  return made(sent ? unsure : later, attempted, { status: 0, teams: errorText(error) }, error);
}

/** Teams says seconds, or a date. Never more than a quarter of an hour, whatever it says. */
export function retryMs(header: string | null, now: number): number {
  const said = header?.trim() ?? "";
  const ms = /^\d+(?:\.\d+)?$/.test(said) ? Math.ceil(Number(said) * 1_000) : Date.parse(said) - now;
  return Number.isNaN(ms) ? usualWaitMs : Math.min(Math.max(100, ms), longestWaitMs);
}

interface Answered {
  readonly status: number;
  readonly teams: string;
  readonly stream?: StreamRefusal;
}

function made(
  { code, fate, retry, noPlace, todo }: Meaning,
  { what, repeatable }: Attempted,
  { status, teams, stream }: Answered,
  cause?: unknown,
): ChatError {
  const why = [status === 0 ? "" : `HTTP ${status}`, teams].filter(Boolean).join(" ");
  return new ChatError(code, `Teams did not carry out ${what}: ${why}. ${todo}`, {
    fate: repeatable ? "refused" : (fate ?? "refused"),
    retry: retry ?? { kind: "never" },
    noPlace: noPlace ?? false,
    facts: {
      what,
      status,
      ...(teams === "" ? {} : { teams: teams.slice(0, 100) }),
      ...(stream === undefined ? {} : { stream }),
    },
    cause,
  });
}
