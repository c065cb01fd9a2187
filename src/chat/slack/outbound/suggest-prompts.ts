// What a person may begin with in the agent's Messages tab (S-S5).

import type { MessagesTab } from "../inbound/edges.ts";
import { PROMPTS } from "../manifest-parts.ts";
import type { SlackApi } from "./slack-api.ts";

const prompts = [PROMPTS.status, PROMPTS.summarise, PROMPTS.compare, PROMPTS.help];

export async function suggestPrompts(api: SlackApi, { teamId: team, channel }: MessagesTab): Promise<void> {
  await api.call({ team, method: "assistant.threads.setSuggestedPrompts" }, (client) =>
    client.assistant.threads.setSuggestedPrompts({ channel_id: channel, prompts }),
  );
}
