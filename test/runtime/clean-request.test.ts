import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { ModelRequest } from "../../src/model/contract.ts";
import { cleanRequest } from "../../src/runtime/clean-request.ts";
import { createRedactor, type Redactor } from "../../src/telemetry/redact.ts";

const token = "token-of-somebody-7919";
const words = `The file says ${token}.`;

function requestWith(text: string): ModelRequest {
  return {
    model: "a-model",
    purpose: "work",
    instructions: `Do the work. ${text}`,
    messages: [
      { role: "user", text },
      { role: "assistant", text: "", calls: [{ id: "call_1", name: "look", arguments: `{"at":"${text}"}` }] },
      { role: "tool", callId: "call_1", content: text },
    ],
    tools: [{ name: "look", description: text, parameters: { type: "object", description: text } }],
    maxOutputTokens: 1_000,
  };
}

describe("runtime/clean-request", () => {
  it("RED-2: no text of a request holds a live secret", () => {
    const asked = cleanRequest(requestWith(words), createRedactor([new Secret(token)]));

    expect(JSON.stringify(asked)).not.toContain(token);
    expect(JSON.stringify(asked).match(/The file says/g)).toHaveLength(6);
  });

  it("CR1: messages and schemas that were clean are looked through once", () => {
    const redactor = createRedactor([new Secret(token)]);
    const looked: string[] = [];
    const counting: Redactor = {
      ...redactor,
      scrubKnown(text) {
        looked.push(text);
        return redactor.scrubKnown(text);
      },
    };
    const request = requestWith("Nothing to hide.");
    const first = cleanRequest(request, counting);
    expect(looked).toContain("call_1");
    looked.length = 0;

    const again = cleanRequest(request, counting);

    expect(again).toEqual(first);
    expect(again.messages[0]).toBe(request.messages[0]);
    expect(looked).toEqual(["a-model", "work", "Do the work. Nothing to hide.", "look", "Nothing to hide."]);
  });

  it("CR2: what was clean is looked through again when a secret has come to live", () => {
    const redactor = createRedactor([new Secret("another-token-1234")]);
    const request = requestWith(words);
    expect(cleanRequest(request, redactor)).toEqual(request);
    const secret = new Secret(token);

    redactor.add(secret);
    expect(JSON.stringify(cleanRequest(request, redactor))).not.toContain(token);

    redactor.remove(secret);
    expect(cleanRequest(request, redactor)).toEqual(request);
  });

  it("CR2: what one redactor found clean another one looks through", () => {
    const request = requestWith(words);
    cleanRequest(request, createRedactor());

    const asked = cleanRequest(request, createRedactor([new Secret(token)]));

    expect(JSON.stringify(asked)).not.toContain(token);
  });
});
