// The bodies and events of both APIs, for the fake model server.

import type { FakeAnswer, FakeUsage } from "./fake-openai.ts";

const plainUsage: FakeUsage = { input: 11, cached: 0, output: 7, reasoning: 0 };

function usageOf(answer: FakeAnswer): FakeUsage | undefined {
  return "usage" in answer ? answer.usage : plainUsage;
}

export function chatEvents(answer: FakeAnswer): string[] {
  const chunk = (choice: object, usage: object | null = null): string =>
    sse({
      id: "chatcmpl-1",
      object: "chat.completion.chunk",
      created: 1,
      model: "fake",
      choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: null, ...choice }],
      usage,
    });
  const calls = (answer.calls ?? []).flatMap((call, index) => {
    const piece = (part: object): string => chunk({ delta: { tool_calls: [{ index, ...part }] } });
    return [
      piece({ id: call.id, type: "function", function: { name: call.name, arguments: "" } }),
      ...halves(call.arguments).map((part) => piece({ function: { arguments: part } })),
    ];
  });
  const usage = usageOf(answer);
  return [
    chunk({ delta: { role: "assistant", content: "", refusal: null } }),
    ...(answer.text ?? []).map((content) => chunk({ delta: { content } })),
    ...(answer.refusal ? [chunk({ delta: { refusal: answer.refusal } })] : []),
    ...calls,
    chunk({ finish_reason: chatFinish(answer) }),
    ...(usage
      ? [sse({ id: "chatcmpl-1", object: "chat.completion.chunk", choices: [], usage: chatUsage(usage) })]
      : []),
    "data: [DONE]\n\n",
  ];
}

function halves(text: string): string[] {
  const half = Math.ceil(text.length / 2);
  return [text.slice(0, half), text.slice(half)];
}

export function chatBody(answer: FakeAnswer): object {
  const usage = usageOf(answer);
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model: "fake",
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: answer.text ? answer.text.join("") : null,
          refusal: answer.refusal ?? null,
          ...(answer.calls
            ? {
                tool_calls: answer.calls.map((call) => ({
                  id: call.id,
                  type: "function",
                  function: { name: call.name, arguments: call.arguments },
                })),
              }
            : {}),
        },
        finish_reason: chatFinish(answer),
      },
    ],
    ...(usage ? { usage: chatUsage(usage) } : {}),
  };
}

function chatFinish(answer: FakeAnswer): string {
  return answer.end && answer.end !== "stop" ? answer.end : answer.calls?.length ? "tool_calls" : "stop";
}

function chatUsage(usage: FakeUsage): object {
  return {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

export function responsesEvents(answer: FakeAnswer): string[] {
  let sequence = 0;
  const event = (type: string, fields: object): string => {
    sequence += 1;
    return `event: ${type}\n${sse({ type, sequence_number: sequence, ...fields })}`;
  };
  const body = responsesBody(answer);
  const texts = (answer.text ?? []).map((delta) =>
    event("response.output_text.delta", {
      item_id: "msg_1",
      output_index: 0,
      content_index: 0,
      delta,
      logprobs: [],
    }),
  );
  const refusals = answer.refusal
    ? [
        event("response.refusal.delta", {
          item_id: "msg_1",
          output_index: 0,
          content_index: 0,
          delta: answer.refusal,
        }),
      ]
    : [];
  const calls = (answer.calls ?? []).flatMap((call, index) => {
    const at = { item_id: `fc_${index}`, output_index: index + 1 };
    return [
      event("response.output_item.added", {
        output_index: index + 1,
        item: { ...callItem(call, index), arguments: "" },
      }),
      ...halves(call.arguments).map((delta) =>
        event("response.function_call_arguments.delta", { ...at, delta }),
      ),
      event("response.function_call_arguments.done", { ...at, name: call.name, arguments: call.arguments }),
      event("response.output_item.done", { output_index: index + 1, item: callItem(call, index) }),
    ];
  });
  const begun = answer.phase
    ? [
        event("response.output_item.added", {
          output_index: 0,
          item: { id: "msg_1", type: "message", role: "assistant", content: [], phase: answer.phase },
        }),
      ]
    : [];
  return [
    event("response.created", { response: { ...body, status: "in_progress", output: [], usage: null } }),
    ...begun,
    ...texts,
    ...refusals,
    ...calls,
    event(`response.${statusOf(answer)}`, { response: body }),
  ];
}

export function responsesBody(answer: FakeAnswer): object {
  const usage = usageOf(answer);
  const content = [
    ...(answer.text ? [{ type: "output_text", text: answer.text.join(""), annotations: [] }] : []),
    ...(answer.refusal ? [{ type: "refusal", refusal: answer.refusal }] : []),
  ];
  const cutShort = statusOf(answer) === "incomplete";
  return {
    id: "resp_1",
    object: "response",
    status: statusOf(answer),
    error: null,
    incomplete_details: cutShort
      ? { reason: answer.end === "length" ? "max_output_tokens" : "content_filter" }
      : null,
    output: [
      ...(content.length > 0
        ? [{ id: "msg_1", type: "message", role: "assistant", status: "completed", content }]
        : []),
      ...(answer.calls ?? []).map(callItem),
    ],
    usage: usage
      ? {
          input_tokens: usage.input,
          input_tokens_details: { cached_tokens: usage.cached },
          output_tokens: usage.output,
          output_tokens_details: { reasoning_tokens: usage.reasoning },
          total_tokens: usage.input + usage.output,
        }
      : null,
  };
}

function statusOf(answer: FakeAnswer): "completed" | "incomplete" {
  return answer.end && answer.end !== "stop" ? "incomplete" : "completed";
}

function callItem(
  call: { readonly id: string; readonly name: string; readonly arguments: string },
  index: number,
): object {
  return {
    id: `fc_${index}`,
    type: "function_call",
    status: "completed",
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
  };
}

function sse(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
