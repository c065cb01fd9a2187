// What a span is called and which attributes it has.
//
//   SP1  A name that is not a plain word is left out: a model that puts a sentence where a tool's name or a call's id
//        belongs does not get it into telemetry (TR2).

import { type Attributes, SpanKind as Direction } from "@opentelemetry/api";
import { attribute, operation } from "./genai.ts";
import type { SpanKind, SpanResult, Traced } from "./tracing.ts";

interface Form {
  readonly title: (name: string, agent: string) => string;
  readonly direction: Direction;
  readonly operation?: string;
  /** The attribute that holds `Traced.name`. */
  readonly holds?: string;
}

const { INTERNAL, CLIENT, PRODUCER, CONSUMER } = Direction;

const forms: Readonly<Record<SpanKind, Form>> = {
  run: {
    title: (_name, agent) => `${operation.workflow} ${agent}`,
    direction: INTERNAL,
    operation: operation.workflow,
  },
  segment: {
    title: (_name, agent) => `${operation.agent} ${agent}`,
    direction: INTERNAL,
    operation: operation.agent,
  },
  model: {
    title: (name) => `${operation.chat} ${name}`,
    direction: CLIENT,
    operation: operation.chat,
    holds: attribute.requestModel,
  },
  tool: {
    title: (name) => `${operation.tool} ${name}`,
    direction: INTERNAL,
    operation: operation.tool,
    holds: attribute.tool,
  },
  wait: { title: (name) => `wait ${name}`, direction: INTERNAL, holds: attribute.wait },
  compaction: { title: () => "compact", direction: INTERNAL },
  delivery: { title: (name) => `deliver ${name}`, direction: PRODUCER, holds: attribute.delivery },
  "take-in": { title: (name) => `take_in ${name}`, direction: CONSUMER, holds: attribute.event },
};

export function spanForm(what: Traced): {
  readonly title: string;
  readonly direction: Direction;
  readonly attributes: Attributes;
} {
  const form = forms[what.kind];
  const name = word(what.name) ?? "other";
  const title = form.title(name, word(what.agent) ?? "agent").trim();
  return { title, direction: form.direction, attributes: attributesOf(what, form) };
}

function attributesOf(what: Traced, form: Form): Attributes {
  return present({
    [attribute.operation]: form.operation,
    [attribute.provider]: what.provider,
    [attribute.conversation]: what.conversation,
    [attribute.agent]: word(what.agent),
    [attribute.toolCall]: word(what.callId),
    [attribute.run]: what.run,
    [attribute.step]: what.step,
    [attribute.epoch]: what.epoch,
    [attribute.segment]: what.segment,
    ...(form.holds === undefined ? {} : { [form.holds]: word(what.name) }),
  });
}

export function resultAttributes({ error, outcome, usage, responseModel }: SpanResult): Attributes {
  return present({
    [attribute.error]: error,
    [attribute.outcome]: outcome,
    [attribute.responseModel]: word(responseModel),
    [attribute.inputTokens]: usage?.inputTokens,
    [attribute.cachedTokens]: usage?.cachedTokens,
    [attribute.outputTokens]: usage?.outputTokens,
    [attribute.usdMicros]: usage?.usdMicros,
  });
}

function present(all: Attributes): Attributes {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function word(text: string | undefined): string | undefined {
  return text !== undefined && /^[\w.:/@+-]{1,100}$/u.test(text) ? text : undefined;
}
