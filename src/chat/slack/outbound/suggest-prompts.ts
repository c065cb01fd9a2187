// What a person may begin with in the agent's Messages tab (S-S5).

import type { MessagesTab } from "../inbound/edges.ts";
import type { SlackApi } from "./slack-api.ts";

const prompts = [
  { title: "What are you working on?", message: "status" },
  {
    title: "Summarise a file",
    message: "Summarise the file that I attach, with the three things that matter most.",
  },
  { title: "Compare options", message: "Compare … with … for our case and recommend one, with reasons." },
  { title: "What can you do?", message: "help" },
];

export async function suggestPrompts(api: SlackApi, { teamId: team, channel }: MessagesTab): Promise<void> {
  await api.call({ team, method: "assistant.threads.setSuggestedPrompts" }, (client) =>
    client.assistant.threads.setSuggestedPrompts({ channel_id: channel, prompts }),
  );
}
