// A model that answers at once: it looks at one place after another, then finishes.

import { textOf } from "./texts.mjs";

/** For runs that are never condensed: the turn is counted in the transcript, so that many runs can share the model. */
export function stubModel({ turns, bytes, onCall = () => undefined }) {
  return {
    name: "bench",
    scripted: false,
    generate(request) {
      onCall();
      const turn = request.messages.filter((message) => message.role === "assistant").length + 1;
      return Promise.resolve(answerAt(turn, turns, bytes));
    },
  };
}

function answerAt(turn, turns, bytes) {
  const usage = { inputTokens: 0, cachedTokens: 0, outputTokens: 0 };
  const call =
    turn < turns
      ? { id: `call_${turn}`, name: "look", arguments: JSON.stringify({ at: turn }) }
      : { id: `call_${turn}`, name: "finish", arguments: JSON.stringify({ summary: "Done." }) };
  return { text: textOf(bytes, turn), calls: [call], stop: "calls", usage };
}
