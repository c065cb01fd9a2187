// The local chat of a server in another process, used as its page does: over HTTP, with the link that it printed.

import { z } from "zod";

const Button = z.object({
  action: z.string(),
  value: z.string(),
  label: z.string(),
  url: z.string().optional(),
});
const State = z.object({
  messages: z.array(
    z.object({
      id: z.string(),
      thread: z.string(),
      delivery: z.string(),
      files: z.array(z.object({ id: z.string(), name: z.string() })),
      body: z.looseObject({
        kind: z.string(),
        attention: z.object({ about: z.string(), title: z.string(), options: z.array(Button) }).optional(),
        result: z.object({ outcome: z.string(), text: z.string() }).optional(),
      }),
    }),
  ),
});
export type ShownMessage = z.infer<typeof State>["messages"][number];

export interface ChatPage {
  /** Of the browser that it is open in. */
  readonly cookie: string;
  messages(): Promise<readonly ShownMessage[]>;
  say(text: string): Promise<void>;
  /** The first option of the question, or the one that is called so. */
  answer(question: ShownMessage, label?: string): Promise<void>;
  file(id: string): Promise<string>;
}

/** Opens the link once. Ana is at the keyboard. */
export async function openChatPage(link: string, channel = "sales"): Promise<ChatPage> {
  const { origin } = new URL(link);
  const opened = await fetch(link, { redirect: "manual" });
  const cookie = opened.headers.get("set-cookie")?.split(";", 1)[0] ?? "";
  const headers = { cookie, origin, "content-type": "application/json" };
  const get = (path: string): Promise<Response> => fetch(`${origin}/chat/${path}`, { headers });
  const post = async (path: string, body: object): Promise<void> => {
    const response = await fetch(`${origin}/chat/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  return {
    cookie,
    messages: async () => State.parse(await (await get("state?as=ana")).json()).messages,
    say: (text) => post("messages", { as: "ana", channel, text }),
    async answer({ id, body }, label) {
      const option = body.attention?.options.find((one) => label === undefined || one.label === label);
      await post("actions", { as: "ana", message: id, action: option?.action, value: option?.value });
    },
    file: async (id) => (await get(`files/${id}?as=ana`)).text(),
  };
}
