// What `security.channel` is told: signed checkpoints (AUD-4), and what those who look after security have to look at (CON-5, OUT-5).
//
//   SC1  All of it is found in the record and said through the outbox under a key of its own: by whichever process, after whichever
//        crash, once.
//   SC2  A tenant's checkpoint is posted at most once in an hour of the clock, and again for each 1,000 events.
//   SC3  What happened while no process ran is told later, for a day.

import { every } from "../base/clock.ts";
import { parseJson } from "../base/json.ts";
import { checkpointLine } from "../audit/signing-key.ts";
import type { Config } from "../config/load-config.ts";
import type { AuditRow } from "../domain/audit-line.ts";
import { type ConversationAddress, unbegunThread } from "../domain/conversation.ts";
import type { TenantId } from "../domain/ids.ts";
import { conversationAt } from "../gateway/conversation-at.ts";
import type { Desk } from "../gateway/desk.ts";
import type { World } from "../runtime/deps.ts";
import { notice, noticePost } from "../runtime/voice/notice.ts";
import { alertText, checkpointText } from "../runtime/voice/security-words.ts";
import type { StoredCheckpoint } from "../store/contract-audit.ts";
import { channelPlaces } from "./channel-place.ts";
import type { Platforms } from "./platforms.ts";

export interface SecurityChannelDeps {
  readonly config: Config;
  readonly world: Pick<World, "clock" | "ids" | "log">;
  readonly desk: Desk;
  readonly platforms: Platforms;
}

const alerting: ReadonlySet<string> = new Set(["consent.mismatch", "output.blocked", "mcp.quarantined"]);

interface Told {
  readonly key: string;
  readonly text: string;
}

const lookMs = 1_000;
const hourMs = 3_600_000;
const backMs = 24 * hourMs;
const eventsBetween = 1_000;
const atOnce = 500;

/** Returns what ends it. Nothing is to be told where no channel is set. */
export function keepSecurityChannel(deps: SecurityChannelDeps): () => void {
  const { channel } = deps.config.file.settings.security;
  if (channel === undefined) return () => undefined;
  const { clock, log } = deps.world;
  const read = new Map<TenantId, number>();
  const posted = new Map<TenantId, string>();
  let warned = false;
  const look = async (): Promise<void> => {
    const place = (await channelPlaces(deps.config, deps.platforms))(channel);
    if (!place) {
      if (!warned)
        log.warn("It is not known where the security channel is; what it is told waits", { channel });
      warned = true;
      return;
    }
    await tellAlerts(deps, place, read);
    await tellCheckpoints(deps, place, posted);
  };
  return every(clock, lookMs, look, (error) =>
    log.warn("The security channel could not be told; it is tried again", { error }),
  );
}

async function tellAlerts(
  deps: SecurityChannelDeps,
  place: ConversationAddress,
  read: Map<TenantId, number>,
): Promise<void> {
  const { desk, world } = deps;
  for (const { tenant, seq } of await desk.read((tx) => tx.audit.heads())) {
    const before = (): Promise<number | undefined> =>
      desk.read((tx) => tx.audit.lastBefore(tenant, world.clock.now() - backMs));
    let after = read.get(tenant) ?? (await before()) ?? 0;
    while (after < seq) after = await tellBatch(deps, place, { tenant, after });
    read.set(tenant, Math.min(after, seq));
  }
}

/** Returns how far it has read. */
async function tellBatch(
  deps: SecurityChannelDeps,
  place: ConversationAddress,
  { tenant, after }: { readonly tenant: TenantId; readonly after: number },
): Promise<number> {
  const rows = await deps.desk.read((tx) => tx.audit.list(tenant, after, atOnce));
  for (const row of rows) {
    const text = alertOf(row);
    if (text !== undefined) await tell(deps, place, { key: `security:${tenant}:${row.seq}`, text });
  }
  return rows.at(-1)?.seq ?? Infinity;
}

function alertOf({ type, line }: AuditRow): string | undefined {
  if (!alerting.has(type)) return undefined;
  return alertText(parseJson(line)?.value);
}

async function tellCheckpoints(
  deps: SecurityChannelDeps,
  place: ConversationAddress,
  posted: Map<TenantId, string>,
): Promise<void> {
  for (const { tenant } of await deps.desk.read((tx) => tx.audit.heads())) {
    const last = await deps.desk.read((tx) => tx.audit.lastCheckpoint(tenant));
    const key = last && checkpointKey(last);
    if (!last || !key || posted.get(tenant) === key) continue;
    await tell(deps, place, { key, text: checkpointText(JSON.stringify(checkpointLine(last))) });
    posted.set(tenant, key);
  }
}

/** SC2. */
function checkpointKey({ tenant, at, seq }: StoredCheckpoint): string {
  return `checkpoint:${tenant}:${Math.floor(at / hourMs)}:${Math.floor(seq / eventsBetween)}`;
}

async function tell(
  { desk, world }: SecurityChannelDeps,
  place: ConversationAddress,
  { key, text }: Told,
): Promise<void> {
  await desk.decide(async (d) => {
    if (await d.tx.outbox.find(key)) return;
    const there = await conversationAt(d, world.ids, { ...place, thread: unbegunThread(key) });
    await d.say(noticePost({ tenant: there.tenant, conversation: there.id }, key, notice(text)));
  });
}
