// Content of a file that a person sent (T-M14): from Microsoft's file hosts without our token, from the connector with it.
//
//   TD1  Neither goes to any other host, wherever an activity or a redirect points.

import type { InboundFile } from "../../../domain/inbound.ts";
import { createDeadline, type Deadline } from "../../../net/deadline.ts";
import { NetError } from "../../../net/errors.ts";
import { ChatError, type ChatErrorCode } from "../../errors.ts";
import type { TeamsDeps } from "../deps.ts";
import { readFileRef } from "../inbound/files.ts";
import type { SealedText } from "../sealed-text.ts";
import { fileHost, type IsAllowed } from "../service-hosts.ts";
import type { Tokens } from "./token.ts";

export interface DownloadDeps extends Pick<TeamsDeps, "fetch" | "clock"> {
  readonly isService: IsAllowed;
  readonly tokens: Tokens;
  readonly files: SealedText;
  /** For all of one file. */
  readonly timeoutMs: number;
}

const mostRedirects = 3;
const outOfReach =
  "Teams keeps files of channels and groups where the app can't read them; send it in our personal chat";
const unreadable = "it is nothing that the app can read";
const lost = "its address is not good any more, or it was deleted";

export async function downloadFile(
  deps: DownloadDeps,
  file: InboundFile,
): Promise<AsyncIterable<Uint8Array>> {
  const ref = readFileRef(deps.files, file.ref);
  if (ref.kind === "unreachable") throw gone(file, outOfReach, "chat.file_out_of_reach");
  if (ref.kind === "unreadable") throw gone(file, unreadable, "chat.file_of_unknown_kind");
  if (ref.kind === "lost") throw gone(file, lost);
  const isAllowed = ref.kind === "connector" ? deps.isService : fileHost(deps.isService);
  if (!isAllowed(ref.url)) throw gone(file, "it is not kept at Microsoft");
  const deadline = createDeadline(deps.clock, deps.timeoutMs, undefined, file.name);
  try {
    const token = ref.kind === "connector" ? await deps.tokens.take(ref.url) : undefined;
    const headers = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
    const answer = await following(deps, { url: ref.url, headers, isAllowed, signal: deadline.signal });
    await requireFile(answer, file);
    return chunks(answer, deadline);
  } catch (error) {
    deadline.end();
    throw error instanceof ChatError ? error : unavailable(file, error);
  }
}

interface Following {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isAllowed: IsAllowed;
  readonly signal: AbortSignal;
}

async function following(
  { fetch }: DownloadDeps,
  { url, headers, isAllowed, signal }: Following,
): Promise<Response> {
  let address = url;
  for (let hop = 0; ; hop += 1) {
    const answer = await fetch(address, { headers, redirect: "manual", signal });
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get("location") : null;
    if (location === null) return answer;
    await answer.body?.cancel();
    const next = URL.canParse(location, address) ? new URL(location, address).href : "";
    if (hop >= mostRedirects || !isAllowed(next))
      throw new NetError("net.blocked", "The file is moved to another host.");
    address = next;
  }
}

async function requireFile(answer: Response, file: InboundFile): Promise<void> {
  if (answer.status === 200) return;
  await answer.body?.cancel();
  if (answer.status === 429 || answer.status >= 500)
    throw unavailable(file, new Error(`HTTP ${answer.status}`));
  throw gone(file, lost);
}

async function* chunks(answer: Response, deadline: Deadline): AsyncIterable<Uint8Array> {
  try {
    if (answer.body) yield* answer.body;
  } finally {
    deadline.end();
  }
}

function unavailable(file: InboundFile, cause: unknown): ChatError {
  return new ChatError(
    "chat.unavailable",
    `Could not download ${file.name} from Teams now. It is tried again.`,
    {
      fate: "refused",
      retry: { kind: "backoff" },
      cause,
    },
  );
}

function gone(file: InboundFile, why: string, code: ChatErrorCode = "chat.file_gone"): ChatError {
  return new ChatError(code, `Could not download ${file.name}: ${why}.`, {
    fate: "refused",
    facts: { file: file.id },
  });
}
