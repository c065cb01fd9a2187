// People who ask for work, answer what they are asked and wait for the result, wherever a killed process left off: what they
// have said is read from the chat, and nothing is said twice.

import { localPeople } from "../../src/chat/local/cast.ts";
import type { LocalMessage, LocalRoom } from "../../src/chat/local/room.ts";
import type { Attention } from "../../src/domain/outbox.ts";

export interface ThreadPlan {
  /** Place in the cast of the local chat. */
  readonly who: number;
  readonly asks: string;
  readonly file?: { readonly name: string; readonly content: string };
  /** Said after the first result. */
  readonly followUp?: string;
  /** Says `stop` when the card is there. */
  readonly stops?: boolean;
  /** What it sets up comes round once more, in a thread that the agent begins. */
  readonly comesRound?: boolean;
}

/** The label of the button to press, or `look`: at the world outside. */
export type DoubtAnswer = "It ran" | "It did not run" | "Do it again" | "look";

export interface Cast {
  readonly threads: readonly ThreadPlan[];
  readonly doubt: DoubtAnswer;
  /** Whether a `once` act was done, for who looks. */
  readonly wasDone: (what: string) => Promise<boolean>;
  readonly over: () => void;
}

const channel = "sales";

export async function play(room: LocalRoom, cast: Cast): Promise<void> {
  room.subscribe(
    (event) => {
      if (event.kind === "message") void attend(room, cast, event.message);
    },
    { since: 0 },
  );
  for (const { who, asks, file } of cast.threads) {
    if (hasSaid(room, asks)) continue;
    const files = file ? { files: [{ name: file.name, content: Buffer.from(file.content) }] } : {};
    await room.say({ as: personAt(who), channel, text: asks, ...files });
  }
}

async function attend(room: LocalRoom, cast: Cast, message: LocalMessage): Promise<void> {
  const { content, thread } = message;
  const plan = planOf(room, cast, thread);
  if (content.kind !== "deputy") return;
  if (content.body.kind === "result" && isOver(room, cast)) cast.over();
  if (!plan) return;
  const as = personAt(plan.who);
  const say = async (text: string): Promise<void> => {
    if (hasSaid(room, text, thread)) return;
    await room.say({ as, channel, thread, text });
  };
  const { body } = content;
  if (body.kind === "card" && plan.stops) await say("stop");
  if (body.kind === "result" && plan.followUp !== undefined) await say(plan.followUp);
  if (body.kind !== "attention") return;
  const label = await labelFor(body, cast);
  const option = body.options.find((one) => one.label === label);
  if (!option) return;
  const { action, value } = option;
  await room.click({ as, messageId: message.id, action, value }).catch(() => undefined); // decided meanwhile
}

async function labelFor(body: Attention, cast: Cast): Promise<string | undefined> {
  if (body.about !== "doubt" || cast.doubt !== "look") {
    return body.about === "doubt" ? cast.doubt : body.options[0]?.label;
  }
  const what = /"what":"([^"]+)"/.exec(body.text)?.[1] ?? "";
  return (await cast.wasDone(what)) ? "It ran" : "Do it again";
}

function isOver(room: LocalRoom, cast: Cast): boolean {
  const results = room
    .history(channel)
    .filter(({ content }) => content.kind === "deputy" && content.body.kind === "result");
  const of = (plan: ThreadPlan | undefined): number =>
    results.filter(({ thread }) => planOf(room, cast, thread) === plan).length;
  const round = cast.threads.filter(({ comesRound }) => comesRound).length;
  return (
    of(undefined) >= round && cast.threads.every((plan) => of(plan) >= (plan.followUp === undefined ? 1 : 2))
  );
}

function planOf(room: LocalRoom, cast: Cast, thread: string): ThreadPlan | undefined {
  const first = room.history(channel, thread).find(({ id }) => id === thread);
  const { content } = first ?? {};
  return content?.kind === "text" ? cast.threads.find(({ asks }) => asks === content.text) : undefined;
}

function hasSaid(room: LocalRoom, text: string, thread?: string): boolean {
  return room
    .history(channel, thread)
    .some(({ content }) => content.kind === "text" && content.text === text);
}

function personAt(place: number): (typeof localPeople)[number]["key"] {
  const person = localPeople[place];
  if (!person) throw new Error(`The local chat has no person ${place}`);
  return person.key;
}
