// Files for people (T-M14). In a personal chat a file is offered, and put where the person says; elsewhere the message has
// a link that is good for a week, to this server.
//
//   FO1  An offer and a link carry what they are for, sealed: nobody can make one, or make one lead to another file.
//   FO2  What Teams gives as the place for a file is a file host of Microsoft's, or nothing is sent there.

import { createHash } from "node:crypto";
import { z } from "zod";
import type { Clock } from "../../../base/clock.ts";
import { errorText } from "../../../base/errors.ts";
import { parseJson } from "../../../base/json.ts";
import type { Door, FileContent } from "../../contract.ts";
import type { TeamsDeps } from "../deps.ts";
import type { FileConsent } from "../inbound/shapes.ts";
import { fileHost, type IsAllowed } from "../service-hosts.ts";
import { type SealedText, sealedText } from "../sealed-text.ts";
import type { Connector } from "./connector.ts";
import type { Spot } from "./places.ts";

const linkPath = "/teams/files/:token";
const linkLifeMs = 7 * 24 * 3_600_000;
const uploadTimeoutMs = 120_000;

const Offered = z.object({ s: z.string(), n: z.string(), e: z.number() });
type Offered = z.infer<typeof Offered>;

export interface FileOffers {
  /** Undefined where people can't reach this server. */
  link(name: string, sha256: string): string | undefined;
  readonly door: Door;
  /** Offers a file in a personal chat. */
  offer(spot: Spot, file: FileContent): Promise<void>;
  /** Does what the person said to an offer. Never rejects. */
  consented(spot: Spot, messageId: string | undefined, consent: z.infer<typeof FileConsent>): Promise<void>;
}

export interface FileOffersDeps
  extends Pick<TeamsDeps, "settings" | "fetch" | "clock" | "log" | "content" | "sealKey"> {
  readonly connector: Connector;
  readonly isService: IsAllowed;
}

export function createFileOffers(deps: FileOffersDeps): FileOffers {
  const { settings, clock, content } = deps;
  const links = sealedText(deps.sealKey, "file-link");
  const offers = sealedText(deps.sealKey, "file-offer");
  const { publicUrl } = settings;
  return {
    link(name, sha256) {
      if (publicUrl === undefined || content === undefined) return undefined;
      const token = links.close(
        JSON.stringify({ s: sha256, n: name, e: clock.now() + linkLifeMs } satisfies Offered),
      );
      return `${publicUrl.replace(/\/+$/, "")}/teams/files/${token}`;
    },
    door: linkDoor(deps, links),
    async offer({ place, conversation }, { name, title, content: bytes }) {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const context = offers.close(
        JSON.stringify({ s: sha256, n: name, e: clock.now() + linkLifeMs } satisfies Offered),
      );
      await deps.connector.call({
        method: "POST",
        serviceUrl: place.serviceUrl,
        path: `conversations/${encodeURIComponent(conversation)}/activities`,
        conversation,
        what: "offering a file",
        body: {
          type: "message",
          attachments: [
            {
              contentType: "application/vnd.microsoft.teams.card.file.consent",
              name,
              content: {
                description: title ?? name,
                sizeInBytes: bytes.byteLength,
                acceptContext: { offer: context },
                declineContext: { offer: context },
              },
            },
          ],
        },
      });
    },
    async consented(spot, messageId, consent) {
      try {
        const offered = readOffer(offers.open(offerIn(consent.context)), clock);
        if (offered === undefined) return;
        if (consent.action === "accept") await put(deps, offered, consent);
        if (messageId !== undefined) await closeOffer(deps, { spot, messageId, offered, consent });
      } catch (error) {
        deps.log.error("A file that was asked for could not be handed over", { reason: errorText(error) });
      }
    },
  };
}

function linkDoor({ content, clock }: FileOffersDeps, links: SealedText): Door {
  return {
    path: linkPath,
    async handle(request) {
      const token = new URL(request.url).pathname.split("/").at(-1) ?? "";
      const offered = readOffer(links.open(token), clock);
      if (offered === undefined || content === undefined) return gone();
      const bytes = await content(offered.s).catch(() => undefined);
      return bytes === undefined ? gone() : download(offered.n, bytes);
    },
  };
}

function offerIn(context: unknown): string {
  const offer = typeof context === "object" && context !== null && "offer" in context ? context.offer : "";
  return typeof offer === "string" ? offer : "";
}

function readOffer(text: string | undefined, clock: Clock): Offered | undefined {
  const offered = Offered.safeParse(parseJson(text ?? "")?.value).data;
  return offered !== undefined && offered.e > clock.now() ? offered : undefined;
}

async function put(
  deps: FileOffersDeps,
  offered: Offered,
  { uploadInfo }: z.infer<typeof FileConsent>,
): Promise<void> {
  const bytes = await deps.content?.(offered.s);
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
}

interface Closing {
  readonly spot: Spot;
  readonly messageId: string;
  readonly offered: Offered;
  readonly consent: z.infer<typeof FileConsent>;
}

/** The offer turns into the file, or into a word that there is none. */
async function closeOffer(
  deps: FileOffersDeps,
  { spot, messageId, offered, consent }: Closing,
): Promise<void> {
  const { uploadInfo } = consent;
  const { place, conversation } = spot;
  const info =
    consent.action === "accept" && uploadInfo !== undefined
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
      : { textFormat: "plain", text: `${offered.n} was not taken. Ask me if you want it later.` };
  await deps.connector.call({
    method: "PUT",
    serviceUrl: place.serviceUrl,
    path: `conversations/${encodeURIComponent(conversation)}/activities/${encodeURIComponent(messageId)}`,
    conversation,
    what: "closing the offer of a file",
    body: { type: "message", id: messageId, ...info },
  });
}

function download(name: string, bytes: Buffer): Response {
  const safe = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${safe}`,
      "content-security-policy": "sandbox; default-src 'none'",
      "x-content-type-options": "nosniff",
      "cache-control": "private, no-store",
      "referrer-policy": "no-referrer",
    },
  });
}

function gone(): Response {
  return new Response("This link has expired, or the file is gone. Ask the agent for it again.\n", {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
