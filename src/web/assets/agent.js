// @ts-check
// What the agent is called here: the word that mentions it, and the name that it goes by.

export const agent = document.body.dataset["agent"] ?? "deputy";
export const agentName = agent.charAt(0).toUpperCase() + agent.slice(1);
