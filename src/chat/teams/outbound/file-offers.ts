// Files for people (T-M14). In a personal chat a file is offered, and put where the person says; elsewhere the message has
// a link that is good for a week, to this server.
//
//   FO1  An offer and a link carry what they are for, sealed: nobody can make one, or make one lead to another file.

import { createHash } from "node:crypto";
import { z } from "zod";
import { parseJson } from "../../../base/json.ts";
import type { Door, FileContent } from "../../contract.ts";
import type { TeamsDeps } from "../deps.ts";
import type { FileConsent } from "../inbound/shapes.ts";
import type { IsAllowed } from "../service-hosts.ts";
import { type SealedText, sealedText } from "../sealed-text.ts";
import type { Connector } from "./connector.ts";
import { handOver } from "./hand-over.ts";
import type { Spot } from "./places.ts";

const linkPath = "/teams/files/:token";
const linkLifeMs = 7 * 24 * 3_600_000;

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
      const offered = read(offers.open(offerIn(consent.context)));
      if (offered === undefined) return;
      const isOver = offered.e <= clock.now();
      await handOver(deps, {
        spot,
        messageId,
        file: { name: offered.n, sha256: offered.s },
        consent,
        isOver,
      });
    },
  };
}

function linkDoor({ content, clock }: FileOffersDeps, links: SealedText): Door {
  return {
    path: linkPath,
    async handle(request) {
      const token = new URL(request.url).pathname.split("/").at(-1) ?? "";
      const offered = read(links.open(token));
      if (offered === undefined || offered.e <= clock.now() || content === undefined) return gone();
      const bytes = await content(offered.s).catch(() => undefined);
      return bytes === undefined ? gone() : download(offered.n, bytes);
    },
  };
}

function offerIn(context: unknown): string {
  const offer = typeof context === "object" && context !== null && "offer" in context ? context.offer : "";
  return typeof offer === "string" ? offer : "";
}

function read(text: string | undefined): Offered | undefined {
  return Offered.safeParse(parseJson(text ?? "")?.value).data;
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
