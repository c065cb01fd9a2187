// Posts a message once, whatever the platform answers or fails to answer (I2).
//
//   PM1  A post whose fate is unknown is looked for under its key before it is posted again, where the platform can be read.
//   PM2  Where it can't be read, results and questions may repeat and notices may miss; either is logged (design 10).
//   PM3  A call that was given up is still watched: if it comes through late, its message counts.

import { errorText } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { ChatPlatform, FileContent } from "../chat/contract.ts";
import { ChatError } from "../chat/errors.ts";
import type { ConversationAddress } from "../domain/conversation.ts";
import type { OutboxEntry, Outgoing, OutgoingFile } from "../domain/outbox.ts";
import type { World } from "../runtime/deps.ts";
import type { Redactor } from "../telemetry/redact.ts";
import type { Blobs } from "../workspace/contract.ts";
import type { KnownFates } from "./known-fates.ts";
import { fileForm, filesOf, messageForms, withFiles } from "./message-forms.ts";
import { failed, type Outcome, settleMs } from "./outcome.ts";

export interface PostDeps {
  readonly world: World;
  readonly blobs: Blobs;
  readonly fates: KnownFates;
  /** Puts on record that a file was kept back (OUT-5). Where it can't, nothing is posted now. */
  readonly keptBack: (entry: OutboxEntry, file: OutgoingFile) => Promise<void>;
  /** A post, in whatever form, is given up after this long. Below the time after which a sender counts as dead. */
  readonly timeoutMs: number;
}

export interface PostTask {
  readonly platform: ChatPlatform;
  readonly at: ConversationAddress;
  readonly entry: OutboxEntry;
  readonly message: Outgoing;
  readonly log: Logger;
}

type Late = { readonly state: "pending" | "failed" } | { readonly state: "posted"; readonly id: string };

export interface Poster {
  post(task: PostTask): Promise<Outcome>;
}

export function createPoster(deps: PostDeps): Poster {
  return new OncePoster(deps);
}

class OncePoster implements Poster {
  readonly #deps: PostDeps;
  readonly #late = new Map<string, Late>();

  constructor(deps: PostDeps) {
    this.#deps = deps;
  }

  async post(task: PostTask): Promise<Outcome> {
    const { clock } = this.#deps.world;
    const { key, attempts } = task.entry;
    const known = await this.#alreadySaid(task);
    if (known) return known;
    this.#deps.fates.trying(key);
    try {
      return { kind: "sent", providerId: await this.#postSomehow(task) };
    } catch (error) {
      const outcome = failed(error, attempts, clock);
      if (outcome.kind === "again" && outcome.fate === "refused") this.#deps.fates.refused(key);
      task.log.warn("A message could not be posted; it is tried again", {
        key,
        attempts,
        platform: task.platform.name,
        error: errorText(error),
      });
      return outcome;
    }
  }

  /** How an earlier try ended, if that settles it; undefined if the message is to be posted. */
  async #alreadySaid(task: PostTask): Promise<Outcome | undefined> {
    const { entry, platform } = task;
    if (!this.#deps.fates.mayHaveHappened(entry)) return undefined;
    const late = this.#late.get(entry.key);
    if (late?.state === "pending") {
      return { kind: "again", at: this.#deps.world.clock.now() + settleMs, fate: "unknown" };
    }
    this.#late.delete(entry.key);
    if (late?.state === "posted") return { kind: "sent", providerId: late.id };
    return platform.capabilities.readBack ? this.#lookUp(task) : this.#guess(task);
  }

  async #lookUp({ platform, at, entry }: PostTask): Promise<Outcome | undefined> {
    try {
      const found = await within(this.#deps, platform.findByKey(at, entry.key));
      return found === undefined ? undefined : { kind: "sent", providerId: found };
    } catch (error) {
      const outcome = failed(error, entry.attempts, this.#deps.world.clock);
      return outcome.kind === "again" ? { ...outcome, fate: "unknown" } : outcome;
    }
  }

  /** PM2. */
  #guess({ entry, message, log }: PostTask): Outcome | undefined {
    const misses = message.kind === "notice";
    log.warn("The fate of a message is unknown and its platform can't be read back", {
      key: entry.key,
      decision: misses ? "not repeated" : "repeated",
    });
    return misses ? { kind: "sent" } : undefined;
  }

  async #postSomehow(task: PostTask): Promise<string> {
    const forms = messageForms(task.message, task.entry.run);
    const until = this.#deps.world.clock.now() + this.#deps.timeoutMs;
    for (const form of forms.slice(0, -1)) {
      try {
        return await this.#postForm(task, form, until);
      } catch (error) {
        if (!isFormRefused(error)) throw error;
        task.log.warn("A platform refused the form of a message; a plainer one is posted", {
          key: task.entry.key,
          kind: form.kind,
          error: errorText(error),
        });
      }
    }
    const whole = await this.#inFile(task);
    if (whole) {
      try {
        return await this.#postForm(task, whole, until);
      } catch (error) {
        if (!isFormRefused(error)) throw error;
      }
    }
    return this.#postForm(task, forms.at(-1) ?? task.message, until);
  }

  /** What is too long to be said is handed over (T-M15). */
  async #inFile({ message }: PostTask): Promise<Outgoing | undefined> {
    const form = fileForm(message);
    if (!form) return undefined;
    const sha256 = await this.#deps.blobs.put(form.content);
    return form.withFile({ name: "message.md", sha256, sizeBytes: form.content.byteLength });
  }

  async #postForm(task: PostTask, form: Outgoing, until: number): Promise<string> {
    const { key, run } = task.entry;
    const { message, contents } = await this.#load(task, form);
    await this.#deps.world.failpoint("outbox.before-post");
    const call = task.platform.post(task.at, { key, run }, message, contents);
    try {
      const { world } = this.#deps;
      return await within({ world, timeoutMs: until - world.clock.now() }, call);
    } catch (error) {
      if (error instanceof GivenUp) this.#watch(key, call);
      throw error;
    }
  }

  #watch(key: string, call: Promise<string>): void {
    this.#late.set(key, { state: "pending" });
    call.then(
      (id) => this.#late.set(key, { state: "posted", id }),
      () => this.#late.set(key, { state: "failed" }),
    );
  }

  async #load(
    { entry, log }: PostTask,
    message: Outgoing,
  ): Promise<{ readonly message: Outgoing; readonly contents: readonly FileContent[] }> {
    const contents: FileContent[] = [];
    const there: OutgoingFile[] = [];
    const lost: OutgoingFile[] = [];
    const secret: OutgoingFile[] = [];
    for (const file of filesOf(message)) {
      try {
        const content = await this.#deps.blobs.get(file.sha256);
        if (holdsSecret(content, this.#deps.world.redactor)) {
          secret.push(file);
          log.error("A file holds a secret and was not sent", { sha256: file.sha256 });
          continue;
        }
        there.push(file);
        contents.push({
          name: file.name,
          ...(file.title === undefined ? {} : { title: file.title }),
          content,
        });
      } catch (error) {
        lost.push(file);
        log.error("A file of a message could not be read", {
          sha256: file.sha256,
          error: errorText(error),
        });
      }
    }
    for (const file of secret) await this.#deps.keptBack(entry, file);
    return { message: withFiles(message, { there, lost, secret }), contents };
  }
}

/** OUT-5. */
function holdsSecret(content: Buffer, redactor: Redactor | undefined): boolean {
  if (!redactor) return false;
  const text = content.toString("latin1");
  return redactor.scrubKnown(text) !== text;
}

/** A call that took too long: it may still come through. */
class GivenUp extends ChatError {
  constructor(ms: number) {
    super("chat.unavailable", `A chat platform did not answer within ${ms} ms. Its answer is watched for.`, {
      fate: "unknown",
      retry: { kind: "backoff" },
    });
  }
}

/** `call`, or a rejection with fate `unknown` when it takes longer than `timeoutMs`. */
export function within<T>(deps: Pick<PostDeps, "world" | "timeoutMs">, call: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = deps.world.clock.after(deps.timeoutMs, () => reject(new GivenUp(deps.timeoutMs)));
    call.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}

/** The platform understood and does not want it in this form; another form may do. */
export function isFormRefused(error: unknown): boolean {
  if (!(error instanceof ChatError) || error.fate !== "refused") return false;
  return error.code === "chat.decoration_refused" || error.code === "chat.bad_request";
}
