// Words in a direct message of the local chat before they are said: told to whoever looks, and written nowhere (C4).

import type { ConversationAddress } from "../../domain/conversation.ts";
import type { RunId } from "../../domain/ids.ts";
import type { LiveWords, PlatformLive } from "../contract.ts";
import { safeText } from "../safe-text.ts";
import { localPlatformName } from "./cast.ts";
import type { Ledger } from "./ledger.ts";

/** Often enough to read along. */
const everyMs = 300;
const mostRuns = 1_000;

export interface LocalLive extends PlatformLive {
  /** A message of the run is there: it stands in place of what was shown. */
  said(at: ConversationAddress, run: RunId | undefined): void;
}

interface Shown {
  readonly run: RunId;
  readonly words: LiveWords;
}

export function createLocalLive(ledger: Ledger): LocalLive {
  /** By thread. */
  const shown = new Map<string, Shown>();
  /** Runs whose card says what they are at. */
  const carded = new Set<RunId>();
  const tell = ({ channel, thread }: ConversationAddress, words?: LiveWords): void => {
    const live = words && { kind: words.kind, text: safeText(words.text) };
    ledger.show({ kind: "live", channel, thread, ...(live && { live }) });
  };
  const clear = (at: ConversationAddress, run: RunId): void => {
    if (shown.get(at.thread)?.run !== run) return;
    shown.delete(at.thread);
    tell(at);
  };
  return {
    everyMs,
    async show(at, { run, words, may }) {
      if (at.platform !== localPlatformName || at.kind !== "dm" || !ledger.room.messages.has(at.thread))
        return "over";
      if (words.kind === "status" && carded.has(run)) return "over";
      if (!may()) return "skipped";
      shown.set(at.thread, { run, words });
      tell(at, words);
      return "shown";
    },
    breakOff: async (at, run) => clear(at, run),
    said(at, run) {
      if (run === undefined) return;
      carded.add(run);
      const [oldest] = carded;
      if (carded.size > mostRuns && oldest !== undefined) carded.delete(oldest);
      clear(at, run);
    },
  };
}
