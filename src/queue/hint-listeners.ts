// Who in this process wants to hear hints. A listener that throws is logged and does not reach the others.

import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Hint } from "../domain/bell.ts";

export interface HintListeners {
  /** Calls every listener, after the caller has gone on. */
  tell(hint: Hint): void;
  add(listener: (hint: Hint) => void): () => void;
  clear(): void;
}

export function createHintListeners(log: Logger): HintListeners {
  const listeners = new Set<(hint: Hint) => void>();
  const call = (listener: (hint: Hint) => void, hint: Hint): void => {
    try {
      listener(hint);
    } catch (error) {
      log.error("A listener failed on a hint.", { kind: hint.kind, error: errorText(error) });
    }
  };
  return {
    tell(hint) {
      for (const listener of listeners) queueMicrotask(() => call(listener, hint));
    },
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear: () => listeners.clear(),
  };
}
