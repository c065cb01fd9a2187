// What becomes of a file that was offered, once the person has said whether they want it, and where (T-M14).
//
//   FO2  What Teams gives as the place for a file is a file host of Microsoft's, or nothing is sent there.
//   FO3  Whoever wants a file gets it or is told that they don't.

import type { z } from "zod";
import { errorText } from "../../../base/errors.ts";
import type { TeamsDeps } from "../deps.ts";
import type { FileConsent } from "../inbound/shapes.ts";
import { fileHost, type IsAllowed } from "../service-hosts.ts";
import type { Connector } from "./connector.ts";
import type { Spot } from "./places.ts";

export interface HandOverDeps extends Pick<TeamsDeps, "fetch" | "log" | "content"> {
  readonly connector: Connector;
  readonly isService: IsAllowed;
}

export interface HandingOver {
  readonly spot: Spot;
  /** The offer. */
  readonly messageId: string | undefined;
  readonly file: { readonly name: string; readonly sha256: string };
  readonly consent: z.infer<typeof FileConsent>;
  /** It was offered too long ago. */
  readonly isOver: boolean;
}

const uploadTimeoutMs = 120_000;

/** Never rejects. */
export async function handOver(deps: HandOverDeps, one: HandingOver): Promise<void> {
  const { name } = one.file;
  const isWanted = one.consent.action === "accept";
  try {
    if (isWanted && one.isOver)
      return await say(deps, one.spot, `I offered ${name} too long ago. Ask me for it again.`);
    const isPut = !isWanted || (await put(deps, one));
    if (isPut) await closeOffer(deps, one);
    else
      await say(deps, one.spot, `I could not put ${name} there. Press the button again, or ask me for it.`);
  } catch (error) {
    deps.log.error("What became of an offered file could not be shown", { reason: errorText(error) });
  }
}

/** False where it is not there. */
async function put(deps: HandOverDeps, { file, consent: { uploadInfo } }: HandingOver): Promise<boolean> {
  try {
    const bytes = await deps.content?.(file.sha256);
    if (bytes === undefined || uploadInfo === undefined)
      throw new Error("there is nothing to put, or nowhere to put it");
    if (!fileHost(deps.isService)(uploadInfo.uploadUrl))
      throw new Error("its place is on no file host of Microsoft's");
    const answer = await deps.fetch(uploadInfo.uploadUrl, {
      method: "PUT",
      redirect: "manual",
      headers: {
        "content-type": "application/octet-stream",
        "content-range": `bytes 0-${bytes.byteLength - 1}/${bytes.byteLength}`,
      },
      body: new Uint8Array(bytes),
      signal: AbortSignal.timeout(uploadTimeoutMs),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the place for it answers ${answer.status}`);
    return true;
  } catch (error) {
    deps.log.error("A file that was asked for could not be handed over", { reason: errorText(error) });
    return false;
  }
}

/** The offer turns into the file, or into a word that there is none. */
async function closeOffer(
  { connector }: HandOverDeps,
  { spot: { place, conversation }, messageId, file, consent: { action, uploadInfo } }: HandingOver,
): Promise<void> {
  if (messageId === undefined) return;
  const info =
    action === "accept" && uploadInfo !== undefined
      ? {
          attachments: [
            {
              contentType: "application/vnd.microsoft.teams.card.file.info",
              contentUrl: uploadInfo.contentUrl,
              name: uploadInfo.name,
              content: { uniqueId: uploadInfo.uniqueId, fileType: uploadInfo.fileType ?? "" },
            },
          ],
        }
      : { textFormat: "plain", text: `${file.name} was not taken. Ask me if you want it later.` };
  await connector.call({
    method: "PUT",
    serviceUrl: place.serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/activities/${encodeURIComponent(messageId)}`,
    conversation,
    what: "closing the offer of a file",
    body: { type: "message", id: messageId, ...info },
  });
}

async function say({ connector }: HandOverDeps, { place, conversation }: Spot, text: string): Promise<void> {
  await connector.call({
    method: "POST",
    serviceUrl: place.serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/activities`,
    conversation,
    what: "a word about an offered file",
    body: { type: "message", textFormat: "plain", text },
  });
}
