import { describe, expect, it } from "vitest";
import { askFor, readElicitation, replyOf } from "../../../src/tools/mcp/elicitation.ts";

const form = readElicitation({
  message: "How is it to be sent?",
  requestedSchema: {
    properties: {
      subject: { type: "string", default: "Renewal" },
      copies: { type: "integer", default: 2 },
      urgent: { type: "boolean", default: false },
      tone: { type: "string", enum: ["warm", "plain"], default: "plain" },
      tags: { type: "array", items: { enum: ["a", "b", "c"] }, default: ["a", "c"] },
      note: { type: "string" },
    },
    required: ["subject", "copies"],
  },
});

describe("mcp: fields of a question", () => {
  it("SEP-1034: what is left out is what the server takes it for, and the question says so", () => {
    if (!form) throw new Error("Declined");
    expect(replyOf(form, "As it stands.")).toEqual({
      action: "accept",
      content: { subject: "Renewal", copies: 2, urgent: false, tone: "plain", tags: ["a", "c"] },
    });
    expect(replyOf(form, "copies: 3\ntone: warm")).toMatchObject({ content: { copies: 3, tone: "warm" } });
    expect(askFor("crm", form, false).ask.question).toContain("subject: … – Renewal where it is left out");
  });

  it("EL4: a usual value that does not fit its own field is not sent", () => {
    const odd = readElicitation({
      message: "How many?",
      requestedSchema: {
        properties: { copies: { type: "integer", default: "many" }, note: { type: "string" } },
        required: ["copies"],
      },
    });
    if (!odd) throw new Error("Declined");
    expect(replyOf(odd, "As it stands.")).toBeUndefined();
  });
});
