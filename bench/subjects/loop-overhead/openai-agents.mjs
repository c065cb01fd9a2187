// @openai/agents with its Responses model, tracing off: its defaults otherwise. Asks whole, keeps nothing.

import { Agent, OpenAIResponsesModel, run, setTracingDisabled, tool } from "@openai/agents";
import OpenAI from "openai";
import { z } from "zod";
import { startStub } from "../../harness/stub-openai.mjs";
import { textOf } from "../../harness/texts.mjs";

export async function openSubject() {
  setTracingDisabled(true);
  const stub = await startStub();
  const client = new OpenAI({ apiKey: "none", baseURL: stub.baseUrl, maxRetries: 0 });
  return {
    async measure({ turns, runs, bytes }) {
      await stub.setTurns(turns);
      const agent = agentWith(client, bytes);
      const began = performance.now();
      for (let count = 0; count < runs; count += 1) {
        const { finalOutput } = await run(agent, "Look at every place.", { maxTurns: turns + 2 });
        if (finalOutput !== "Everything is looked at.")
          throw new Error(`The agent ended with ${finalOutput}`);
      }
      return { msPerTurn: (performance.now() - began) / (runs * turns) };
    },
    close: () => stub.close(),
  };
}

function agentWith(client, bytes) {
  const look = tool({
    name: "look",
    description: "Looks at a place and says what is there.",
    parameters: z.strictObject({ at: z.number().describe("Which place") }),
    execute: ({ at }) => textOf(bytes, at),
  });
  return new Agent({
    name: "bench",
    instructions: "",
    model: new OpenAIResponsesModel(client, "stub"),
    modelSettings: { store: false },
    tools: [look],
  });
}
