// A model whose answer is a function of what it is told, so that a killed process that asks again gets the same answer.
//
// A request holds the mark of a story; the story is a list of tool calls. The next one is found from the results that the
// request holds, and after a compaction from what the notes say.

import type { FakeAnswer } from "../fakes/fake-openai.ts";

export type StoryCall = readonly [name: string, args: object];

export interface Story {
  /** A word in the request of the person; the first story whose mark is found is told. */
  readonly mark: string;
  readonly calls: readonly StoryCall[];
}

interface Message {
  readonly role?: string;
  readonly content?: unknown;
  readonly tool_call_id?: string;
}

export function storyModel(
  stories: readonly Story[],
): (body: Readonly<Record<string, unknown>>) => FakeAnswer | undefined {
  return (body) => {
    const { messages } = body;
    if (!Array.isArray(messages)) return undefined;
    const list: readonly Message[] = messages;
    const told = list.filter(({ role }) => role !== "system").map((message) => JSON.stringify(message));
    const text = told.join("\n");
    const story = stories.find(({ mark }) => text.includes(mark));
    if (!story) return undefined;
    const at = placeIn(story, list, text);
    if (!Array.isArray(body["tools"]) || body["tools"].length === 0) {
      return { kind: "answer", text: [`NEXT:${story.mark}:${at}`] };
    }
    const call = story.calls[at];
    if (!call) return { kind: "answer", text: [`The story ${story.mark} is over.`] };
    const [name, args] = call;
    return {
      kind: "answer",
      calls: [{ id: `${story.mark}-${at}`, name, arguments: JSON.stringify(args) }],
    };
  };
}

function placeIn({ mark }: Story, messages: readonly Message[], text: string): number {
  const noted = [...text.matchAll(new RegExp(`NEXT:${mark}:(\\d+)`, "g"))].map(([, n]) => Number(n));
  const named = [...text.matchAll(new RegExp(`${mark}#(\\d+)`, "g"))].map(([, n]) => Number(n) + 1);
  const results = messages.flatMap(({ role, tool_call_id: id }) =>
    role === "tool" && id?.startsWith(`${mark}-`) ? [Number(id.slice(mark.length + 1)) + 1] : [],
  );
  const known = results.length > 0 ? results : [...noted, ...named];
  return Math.max(0, ...known);
}
