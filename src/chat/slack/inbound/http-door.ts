// The HTTP door: one address for events, interactions and slash commands.
//
//   HD1  200 means that everything the delivery asks for is committed, or that it is none of ours (C1, I1).
//   HD2  What may succeed later is 503, so that Slack sends it again. What never will is refused without another try.
//   HD3  Nothing is read from a body before its size and its signature have been checked.

import { errorText } from "../../../base/errors.ts";
import type { Secret } from "../../../base/secret.ts";
import type { Door } from "../../contract.ts";
import { mostBytes, readBounded, readPayload } from "../../request-body.ts";
import type { SlackDeps } from "../deps.ts";
import { doorPath } from "../manifest-parts.ts";
import type { Process, SlackDelivery } from "./bolt-app.ts";
import type { CountRejection } from "./rejections.ts";
import { checkSignature } from "./signature.ts";

export interface HttpDoorDeps extends Pick<SlackDeps, "clock" | "log"> {
  readonly signingSecret: Secret;
  readonly process: Process;
  readonly reject: CountRejection;
  /** Before the start and after the stop nothing is taken. */
  readonly isOpen: () => boolean;
}

export function createHttpDoor(d: HttpDoorDeps): Door {
  return { path: doorPath, handle: (request) => answer(d, request) };
}

async function answer(d: HttpDoorDeps, request: Request): Promise<Response> {
  if (request.method !== "POST") {
    return refusal(405, "Slack sends its deliveries here with POST.", { allow: "POST" });
  }
  if (!d.isOpen()) return later();
  const bytes = await readBounded(request);
  if (bytes === undefined) {
    d.reject("too-large", { announced: request.headers.get("content-length") ?? undefined });
    return refusal(413, `At most ${mostBytes} bytes are taken.`, { ...noRetry, connection: "close" });
  }
  const raw = bytes.toString();
  const checked = checkSignature({ raw, headers: request.headers, now: d.clock.now() }, d.signingSecret);
  if (checked !== "genuine") return unproven(d, raw, checked, request);
  const body = readPayload(raw, request.headers.get("content-type"));
  if (body === undefined) {
    d.reject("malformed", { bytes: bytes.byteLength });
    return refusal(400, "The body is not a JSON object, or a form that holds one.", noRetry);
  }
  if (body["type"] === "url_verification") return Response.json({ challenge: body["challenge"] });
  if (body["ssl_check"] === "1") return new Response(null, { status: 200 });
  return take(d, { body, ...retryOf(request.headers) });
}

async function take(d: HttpDoorDeps, delivery: SlackDelivery): Promise<Response> {
  try {
    await d.process(delivery);
    return new Response(null, { status: 200 });
  } catch (error) {
    d.log.error("A delivery of Slack could not be taken; Slack is asked to send it again", {
      reason: errorText(error),
      retry: delivery.retryNum,
    });
    return later();
  }
}

/** Slack looks now and then whether a command's address answers, unsigned; that asks for nothing. */
function unproven(d: HttpDoorDeps, raw: string, why: "timestamp" | "signature", request: Request): Response {
  const isCheck =
    !request.headers.has("x-slack-signature") && /^(?:.*&)?ssl_check=1(?:&|$)/.test(raw.slice(0, 500));
  if (isCheck) return new Response(null, { status: 200 });
  d.reject(why);
  return refusal(
    401,
    why === "timestamp"
      ? "The time of the request is missing, or more than 5 minutes from ours."
      : "The signature is not one of this app's.",
  );
}

function retryOf(headers: Headers): Pick<SlackDelivery, "retryNum" | "retryReason"> {
  const count = Number(headers.get("x-slack-retry-num") ?? Number.NaN);
  if (!Number.isInteger(count)) return {};
  return { retryNum: count, retryReason: headers.get("x-slack-retry-reason") ?? undefined };
}

const noRetry = { "x-slack-no-retry": "1" };

function later(): Response {
  return refusal(503, "It could not be stored now. Send it again.");
}

function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", ...headers },
  });
}
