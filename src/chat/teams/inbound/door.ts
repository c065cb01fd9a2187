// The HTTP door of the Bot Connector.
//
//   MD1  200 means that everything the activity asks for is committed, or that it asks for nothing (C1, I1).
//   MD2  What is not proven to be for us, from Teams, is 401 whatever is wrong with it, and never 500 (ING-4, A22).
//   MD3  What may succeed later is 503, whether it could not be checked (VE5) or not be stored. An invoke that could not be stored is
//        answered all the same, since a person waits for it (T-M4).
//   MD4  Nothing is read from a body before its size has been checked.

import { errorText } from "../../../base/errors.ts";
import type { Logger } from "../../../base/logger.ts";
import { parseJson } from "../../../base/json.ts";
import type { Door } from "../../contract.ts";
import { mostBytes, readBounded } from "../../request-body.ts";
import type { Dispatch } from "./dispatch.ts";
import type { CountRejection } from "./rejections.ts";
import { Activity } from "./shapes.ts";
import { unchecked, type Verify } from "./verify.ts";

export const messagesPath = "/api/messages";

export interface DoorDeps {
  readonly verify: Verify;
  readonly dispatch: Dispatch;
  readonly reject: CountRejection;
  readonly log: Logger;
  /** Before the start and after the stop nothing is taken. */
  readonly isOpen: () => boolean;
}

export function createMessagesDoor(d: DoorDeps): Door {
  return { path: messagesPath, handle: (request) => answer(d, request) };
}

async function answer(d: DoorDeps, request: Request): Promise<Response> {
  if (request.method !== "POST") {
    return refusal(405, "Teams sends its activities here with POST.", { allow: "POST" });
  }
  if (!d.isOpen()) return comeAgain("stored");
  const bytes = await readBounded(request);
  if (bytes === undefined) {
    d.reject("too-large", { announced: request.headers.get("content-length") ?? undefined });
    return refusal(413, `At most ${mostBytes} bytes are taken.`, { connection: "close" });
  }
  const activity = Activity.safeParse(parseJson(bytes.toString())?.value).data;
  if (activity === undefined) {
    d.reject("malformed", { bytes: bytes.byteLength });
    return request.headers.has("authorization") ? refusal(400, "The body is not an activity.") : unproven();
  }
  const why = await d.verify(request.headers, activity);
  if (why !== undefined) {
    d.reject(why, { type: activity.type.slice(0, 50) });
    return why === unchecked ? comeAgain("checked") : unproven();
  }
  return take(d, activity);
}

async function take(d: DoorDeps, activity: Activity): Promise<Response> {
  try {
    const reply = await d.dispatch(activity);
    return reply === undefined ? new Response(null, { status: 200 }) : Response.json(reply);
  } catch (error) {
    d.log.error("An activity of Teams could not be taken; it is asked for again", {
      reason: errorText(error),
    });
    return comeAgain("stored");
  }
}

function comeAgain(what: "checked" | "stored"): Response {
  return refusal(503, `It could not be ${what} now. Send it again.`, { "retry-after": "5" });
}

/** Says nothing of what was wrong: that is in the log. */
function unproven(): Response {
  return refusal(401, "The request is not proven to come from Teams, for this app.", {
    "www-authenticate": "Bearer",
  });
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
