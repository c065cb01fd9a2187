// What a person may begin with in the agent's Messages tab (S-S5).

import type { MessagesTab } from "../inbound/edges.ts";
import { PROMPTS } from "../manifest-parts.ts";
import type { SlackApi } from "./slack-api.ts";

interface Prompt {
  readonly title: string;
  readonly message: string;
}

export async function suggestPrompts(api: SlackApi, tab: MessagesTab): Promise<void> {
  const { teamId: team, channel } = tab;
  const prompts = promptsFor(tab);
  await api.call({ team, method: "assistant.threads.setSuggestedPrompts" }, (client) =>
    client.assistant.threads.setSuggestedPrompts({ channel_id: channel, prompts }),
  );
}

const longestTitle = 75;

/** Four at most; one of them about the channel that the person has before them (AC1). */
function promptsFor({ about }: MessagesTab): Prompt[] {
  const { status, summarise, compare, help } = PROMPTS;
  if (!about || !("channel" in about.seen)) return [status, summarise, compare, help];
  const { channel } = about.seen;
  const here = {
    title: `What can you do in ${about.place}?`.slice(0, longestTitle),
    message: `What can you do for me in <#${channel}>?`,
  };
  return [status, here, summarise, help];
}
