// The floor: the smallest loop that does the job, on nothing but fetch. Asks whole, keeps nothing.

import { startStub } from "../../harness/stub-openai.mjs";
import { textOf } from "../../harness/texts.mjs";

const tools = [
  {
    type: "function",
    name: "look",
    description: "Looks at a place and says what is there.",
    parameters: {
      type: "object",
      properties: { at: { type: "number", description: "Which place" } },
      required: ["at"],
      additionalProperties: false,
    },
    strict: false,
  },
];

export async function openSubject() {
  const stub = await startStub();
  return {
    async measure({ turns, runs, bytes }) {
      await stub.setTurns(turns);
      const began = performance.now();
      for (let run = 0; run < runs; run += 1) await loop(stub.baseUrl, bytes);
      return { msPerTurn: (performance.now() - began) / (runs * turns) };
    },
    close: () => stub.close(),
  };
}

async function loop(baseUrl, bytes) {
  const input = [{ role: "user", content: "Look at every place." }];
  for (;;) {
    const response = await fetch(`${baseUrl}/responses`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer none" },
      body: JSON.stringify({ model: "stub", instructions: "", input, tools, store: false }),
    });
    const { output } = await response.json();
    const calls = output.filter((item) => item.type === "function_call");
    if (calls.length === 0) return output;
    for (const call of calls) {
      const { at } = JSON.parse(call.arguments);
      input.push(
        { type: "function_call", call_id: call.call_id, name: call.name, arguments: call.arguments },
        { type: "function_call_output", call_id: call.call_id, output: textOf(bytes, at) },
      );
    }
  }
}
