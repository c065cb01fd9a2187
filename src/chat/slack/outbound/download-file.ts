// Content of a file that a person sent (S-M18): fetched with the bot's token, from Slack only, in bounded time.
//
//   DF1  The token goes to Slack's hosts only, whatever address the file names and wherever Slack sends us on.
//   DF2  Slack answers a token that may not see a file with a sign-in page: that page is never taken for the file.

import type { Clock } from "../../../base/clock.ts";
import type { InboundFile } from "../../../domain/inbound.ts";
import { createDeadline, type Deadline } from "../../../net/deadline.ts";
import { ChatError } from "../../errors.ts";
import type { Installation, Installations } from "../installations.ts";
import { parseFileRef } from "./file-ref.ts";
import type { SlackApi } from "./slack-api.ts";
import { ForeignHost, type SlackClients } from "./slack-client.ts";
import { isFinal, slackCode, toChatError } from "./slack-errors.ts";

export interface DownloadDeps {
  readonly api: SlackApi;
  readonly installations: Installations;
  readonly clients: SlackClients;
  readonly clock: Clock;
  /** For all of one file. */
  readonly timeoutMs: number;
}

const method = "files.download";
const mostRedirects = 3;
const unseen = "Slack does not let the app see it; it needs the scope files:read and to be in the channel";

export async function downloadFile(
  deps: DownloadDeps,
  file: InboundFile,
): Promise<AsyncIterable<Uint8Array>> {
  const never = new AbortController().signal;
  const deadline = createDeadline(deps.clock, deps.timeoutMs, never, file.name);
  try {
    const { team, target } = parseFileRef(file.ref);
    const installation = await owner(deps, file, team);
    const address = URL.canParse(target) ? target : await addressOf(deps.api, file, installation, target);
    const answer = await fetchFollowing(deps, { installation, file, deadline }, new URL(address));
    await requireFile(answer, file);
    return chunks(answer, deadline);
  } catch (error) {
    deadline.end();
    if (error instanceof ForeignHost) throw gone(file, "it is not kept at Slack");
    throw toChatError(error, { method, reads: true });
  }
}

/** The one that may see the file: as the reference says, or the only one there is. */
async function owner(
  { installations }: DownloadDeps,
  file: InboundFile,
  team: string | undefined,
): Promise<Installation> {
  const named = team === undefined ? undefined : await installations.find(team);
  if (named !== undefined) return named;
  const [only, ...others] = await installations.list();
  if (only === undefined || others.length > 0)
    throw gone(file, "the app is not installed where it comes from");
  return only;
}

async function addressOf(
  api: SlackApi,
  file: InboundFile,
  { teamId: team }: Installation,
  id: string,
): Promise<string> {
  try {
    const found = await api.call({ team, method: "files.info", reads: true }, (client) =>
      client.files.info({ file: id }),
    );
    const address = found.file?.url_private_download ?? found.file?.url_private;
    if (address !== undefined && URL.canParse(address)) return address;
  } catch (error) {
    if (!isFinal(error)) throw error;
    throw gone(file, `Slack says ${slackCode(error) ?? "nothing about it"}`);
  }
  throw gone(file, "Slack keeps no content of it");
}

interface Fetching {
  readonly installation: Installation;
  readonly file: InboundFile;
  readonly deadline: Deadline;
}

async function fetchFollowing(
  { clients }: DownloadDeps,
  { installation, file, deadline }: Fetching,
  address: URL,
): Promise<Response> {
  let url = address;
  for (let hop = 0; hop <= mostRedirects; hop += 1) {
    const answer = await clients.fetchFile(installation, url, deadline.signal);
    const location = answer.headers.get("location");
    if (!isRedirect(answer) || location === null) return answer;
    await answer.body?.cancel();
    if (!URL.canParse(location, url.href)) break;
    url = new URL(location, url);
    if (!clients.isSlack(url)) break;
  }
  throw gone(file, unseen);
}

/** Rejects where the answer is not the file's content (DF2). */
async function requireFile(answer: Response, file: InboundFile): Promise<void> {
  const { status } = answer;
  const isPage = /^text\/html\b/i.test(answer.headers.get("content-type") ?? "");
  const signIn = isPage && file.mimeType !== "text/html";
  if (status === 200 && !signIn) return;
  await answer.body?.cancel();
  if (status === 429 || status >= 500) throw busy(answer);
  throw gone(file, status === 404 || status === 410 ? "it was deleted" : unseen);
}

function isRedirect({ status }: Response): boolean {
  return status >= 300 && status < 400;
}

async function* chunks(answer: Response, deadline: Deadline): AsyncIterable<Uint8Array> {
  try {
    if (answer.body) yield* answer.body;
  } catch (error) {
    throw toChatError(error, { method, reads: true });
  } finally {
    deadline.end();
  }
}

function busy(answer: Response): ChatError {
  const seconds = Number(answer.headers.get("retry-after"));
  return new ChatError("chat.unavailable", `Slack answers ${answer.status} for a file. It is tried again.`, {
    fate: "refused",
    retry: seconds > 0 ? { kind: "after", ms: seconds * 1_000 } : { kind: "backoff" },
  });
}

function gone(file: InboundFile, why: string): ChatError {
  return new ChatError("chat.file_gone", `Could not download ${file.name}: ${why}.`, {
    fate: "refused",
    facts: { file: file.id },
  });
}
