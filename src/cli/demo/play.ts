// Plays the person of the demo: asks, with a real file if there is one, answers what is asked, waits for the result.

import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Clock } from "../../base/clock.ts";
import { AppError } from "../../base/errors.ts";
import type { LocalMessage, LocalRoom, RoomEvent } from "../../chat/local/room.ts";
import type { PersonKey } from "../../domain/ids.ts";
import type { Attention, ResultMessage } from "../../domain/outbox.ts";

export interface Story {
  readonly as: PersonKey;
  readonly channel: string;
  readonly text: string;
  readonly file?: string;
  /** Follows a link that only they were given. A button that leads to one is pressed by this alone. */
  readonly open?: (url: string) => Promise<void>;
  /** How long the person looks at a question before answering. */
  readonly ponderMs: number;
  readonly timeoutMs: number;
}

/** Resolves with the result that was posted in the thread. Rejects when there is none in time. */
export async function play(room: LocalRoom, clock: Clock, story: Story): Promise<ResultMessage> {
  const answered = new Set<string>();
  let thread: string | undefined;
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      unsubscribe();
      cancel();
    };
    const onEvent = (event: RoomEvent): void => {
      if (event.kind !== "message" || event.message.thread !== thread) return;
      const { content } = event.message;
      if (content.kind !== "deputy") return;
      if (content.body.kind === "result") {
        finish();
        resolve(content.body);
      } else if (content.body.kind === "attention" && !answered.has(event.message.id)) {
        answered.add(event.message.id);
        const { body } = content;
        clock.after(story.ponderMs, () => void answer(room, story, event.message, body).catch(reject));
      }
    };
    const unsubscribe = room.subscribe(onEvent);
    const cancel = clock.after(story.timeoutMs, () => {
      finish();
      reject(
        new AppError("demo.timeout", `The demo got no result within ${story.timeoutMs / 1000} seconds.`),
      );
    });
    void ask(room, story).then(
      (message) => {
        thread = message.thread;
      },
      (error: unknown) => {
        finish();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
}

async function ask(room: LocalRoom, { as, channel, text, file }: Story): Promise<LocalMessage> {
  const files =
    file === undefined
      ? []
      : [{ name: path.basename(file), mimeType: "text/csv", content: await readFile(file) }];
  return room.say({ as, channel, text, files });
}

/** The first button that is offered, else a word in the thread. */
async function answer(room: LocalRoom, story: Story, message: LocalMessage, asked: Attention): Promise<void> {
  const [first] = asked.options;
  if (first?.url !== undefined) {
    await story.open?.(first.url);
    return;
  }
  if (first) {
    await room.click({ as: story.as, messageId: message.id, action: first.action, value: first.value });
    return;
  }
  // What waits for an account or an approval takes no words.
  if (asked.about !== "question") return;
  const { channel, thread } = message;
  await room.say({ as: story.as, channel, thread, text: "Use your own judgement." });
}
