// Words of a run on their way to the one person who reads them, before they are said: the newest only, at the platform's pace.
//
//   LW1  They go through what a message goes through: secrets are taken out, and only addresses that people gave may be followed.
//        What could still turn out to be the beginning of a secret waits; where one was taken out nothing more is shown.
//   LW2  One at a time. What can't be shown now is not made up for: the next words hold all of it.
//   LW3  A person who stops them in their client stops the run, as their word or button does. It is heard of in the answer to what is
//        shown, so what is there is shown again for as long as the run goes on, also where nothing new may be.
//   LW4  Nothing here touches the outbox: what is said is said from there, once, whatever was shown.

import { pause } from "../base/abort.ts";
import type { CancelTimer } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { ChatPlatform, LiveOutcome, LiveWords, PlatformLive } from "../chat/contract.ts";
import type { Conversation } from "../domain/conversation.ts";
import type { RunId } from "../domain/ids.ts";
import type { Outgoing } from "../domain/outbox.ts";
import type { Run } from "../domain/run.ts";
import type { World } from "../runtime/deps.ts";
import type { LiveLine, LiveVoice } from "../runtime/live-voice.ts";
import type { Store } from "../store/contract.ts";
import { withFollowable } from "./followable.ts";

export interface LiveWordsDeps {
  readonly world: Pick<World, "clock" | "log" | "redactor">;
  readonly store: Store;
  readonly platforms: ReadonlyMap<string, ChatPlatform>;
  /** Work that is over sooner shows nothing before it is said. */
  readonly firstMs: number;
  /** LW3. */
  readonly stop: (run: RunId) => Promise<void>;
}

export function createLiveWords(deps: LiveWordsDeps): LiveVoice {
  return {
    open(run, conversation, may) {
      const live = deps.platforms.get(conversation.address.platform)?.live;
      return live && new PacedLine({ deps, live, run, conversation, may });
    },
  };
}

const mostStopTries = 30;
const betweenStopsMs = 1_000;

interface Showing {
  readonly deps: LiveWordsDeps;
  readonly live: PlatformLive;
  readonly run: Run;
  readonly conversation: Conversation;
  readonly may: () => boolean;
}

interface Wanted {
  readonly kind: LiveWords["kind"];
  readonly text: string;
  /** These, as they were shown before. */
  readonly again?: LiveWords;
}

class PacedLine implements LiveLine {
  readonly #showing: Showing;
  readonly #over = new Set<LiveWords["kind"]>();
  #wanted: Wanted | undefined;
  /** What they see of an answer is not all of what is wanted. */
  #isNews = false;
  #answerShown = false;
  /** What they saw last. */
  #shown: LiveWords | undefined;
  #nextAt: number;
  #timer: CancelTimer | undefined;
  #sending: Promise<void> | undefined;
  #closed = false;

  constructor(showing: Showing) {
    this.#showing = showing;
    this.#nextAt = showing.deps.world.clock.now() + showing.deps.firstMs;
  }

  status(text: string): void {
    this.#want({ kind: "status", text });
  }

  answer(text: string): void {
    this.#want({ kind: "answer", text });
  }

  breakOff(): void {
    if (this.#wanted?.kind === "answer") this.#wanted = undefined;
    if (!this.#answerShown && this.#sending === undefined) return;
    const { live, run, conversation } = this.#showing;
    void (this.#sending ?? Promise.resolve()).then(async () => {
      if (!this.#answerShown) return;
      this.#answerShown = false;
      this.#shown = undefined;
      await live.breakOff(conversation.address, run.id);
    });
  }

  close(): void {
    this.#closed = true;
    this.#wanted = undefined;
    this.#timer?.();
  }

  #want(wanted: Wanted): void {
    if (this.#closed || this.#over.has(wanted.kind)) return;
    this.#wanted = wanted;
    this.#isNews = true;
    this.#arm();
  }

  #arm(): void {
    if (this.#closed || this.#sending !== undefined || this.#wanted === undefined) return;
    const { deps, live } = this.#showing;
    const { clock } = deps.world;
    const at = this.#isNews ? this.#nextAt : this.#nextAt - live.everyMs + (live.againMs ?? Infinity);
    this.#timer?.();
    if (at === Infinity) return;
    this.#timer = clock.after(Math.max(0, at - clock.now()), () => this.#send());
  }

  #send(): void {
    if (this.#sending !== undefined) return;
    this.#sending = this.#show()
      .catch((error: unknown) => {
        this.#showing.deps.world.log.debug("Words could not be shown before they are said", {
          error: errorText(error),
        });
      })
      .finally(() => {
        this.#sending = undefined;
        this.#arm();
      });
  }

  async #show(): Promise<void> {
    const { deps, live, run, conversation, may } = this.#showing;
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    this.#isNews = false;
    this.#nextAt = deps.world.clock.now() + live.everyMs;
    const words = wanted.again ?? (await this.#prepared(wanted));
    if (words === undefined) return this.#stay();
    const outcome = await live.show(conversation.address, {
      run: run.id,
      words,
      may: () => !this.#closed && may(),
    });
    await this.#came(words, outcome);
  }

  async #came(words: LiveWords, outcome: LiveOutcome): Promise<void> {
    const { deps, run } = this.#showing;
    const { kind } = words;
    if (outcome === "shown") this.#shown = words;
    if (outcome === "shown" && kind === "answer") this.#answerShown = true;
    if (outcome === "skipped") this.#isNews = true;
    if (outcome === "over") this.#isOver(kind);
    if (outcome !== "stopped") return;
    this.#answerShown = false;
    this.close();
    await stopFor(deps, run.id);
  }

  #isOver(kind: LiveWords["kind"]): void {
    this.#over.add(kind);
    if (this.#wanted?.kind === kind) this.#wanted = undefined;
  }

  /** LW3. What is wanted meanwhile goes before. */
  #stay(): void {
    const again = this.#shown;
    if (!this.#closed && again !== undefined) this.#wanted ??= { kind: again.kind, text: again.text, again };
  }

  /** LW1. Undefined where nothing of it can be shown. */
  async #prepared({ kind, text }: Wanted): Promise<LiveWords | undefined> {
    const { deps, conversation } = this.#showing;
    const { redactor } = deps.world;
    const settled = kind === "answer" ? (redactor?.settled(text) ?? text) : text;
    if (redactor && redactor.scrub(settled) !== settled) {
      this.#isOver(kind);
      return undefined;
    }
    if (kind === "status") return { kind, text };
    const message: Outgoing = { kind: "notice", text: settled, files: [] };
    const followable = await withFollowable(deps.store, conversation.id, message);
    return { kind, text: settled, follow: "follow" in followable ? (followable.follow ?? []) : [] };
  }
}

/** It is told once only, so that it is tried until it is kept. */
async function stopFor({ world, stop }: LiveWordsDeps, run: RunId): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await stop(run);
    } catch (error) {
      world.log.warn("A stop that a person pressed could not be kept", {
        run,
        tried,
        error: errorText(error),
      });
      if (tried >= mostStopTries) return;
      await pause(world.clock, betweenStopsMs);
    }
  }
}
