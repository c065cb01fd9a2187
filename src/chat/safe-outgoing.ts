// A message with every text field made safe to show (safe-text.ts). Ids, actions and values stay as they are.

import type {
  Attention,
  Button,
  Notice,
  Outgoing,
  OutgoingFile,
  ResultMessage,
  RunCard,
} from "../domain/outbox.ts";
import { safeText } from "./safe-text.ts";

/** Twice is once. */
export function safeOutgoing(message: Outgoing): Outgoing {
  switch (message.kind) {
    case "card":
      return safeCard(message);
    case "attention":
      return safeAttention(message);
    case "result":
      return safeResult(message);
    case "notice":
      return {
        ...message,
        text: safeText(message.text),
        files: message.files.map(safeFile),
        ...safeQuote(message),
      };
    default:
      return message satisfies never;
  }
}

function safeCard(card: RunCard): RunCard {
  return {
    ...card,
    title: safeText(card.title),
    agent: safeText(card.agent),
    askedBy: safeText(card.askedBy),
    ...(card.line !== undefined && { line: safeText(card.line) }),
    steps: card.steps.map((step) => ({ ...step, text: safeText(step.text) })),
    noted: card.noted.map(safeText),
    buttons: card.buttons.map(safeButton),
  };
}

function safeAttention(attention: Attention): Attention {
  return {
    ...attention,
    title: safeText(attention.title),
    text: safeText(attention.text),
    mentionName: safeText(attention.mentionName),
    options: attention.options.map(safeButton),
    ...(attention.footer !== undefined && { footer: safeText(attention.footer) }),
    ...(attention.freeText !== undefined && { freeText: safeButton(attention.freeText) }),
    ...(attention.decided !== undefined && { decided: safeText(attention.decided) }),
  };
}

function safeResult(result: ResultMessage): ResultMessage {
  return {
    ...result,
    title: safeText(result.title),
    text: safeText(result.text),
    mentionName: safeText(result.mentionName),
    footer: safeText(result.footer),
    files: result.files.map(safeFile),
    buttons: result.buttons.map(safeButton),
    ...safeQuote(result),
  };
}

function safeQuote({ quote }: Pick<Notice, "quote">): Pick<Notice, "quote"> {
  return quote === undefined ? {} : { quote: safeText(quote) };
}

function safeButton(button: Button): Button {
  return {
    ...button,
    label: safeText(button.label),
    ...(button.confirm !== undefined && { confirm: safeText(button.confirm) }),
  };
}

function safeFile(file: OutgoingFile): OutgoingFile {
  return {
    ...file,
    name: safeText(file.name),
    ...(file.title !== undefined && { title: safeText(file.title) }),
  };
}
