// The forms that open over a conversation: an answer in own words, what was wrong with a result, a new task.
// Does not own what a submission means (inbound/submissions.ts).
//
//   MO1  `private_metadata` is the caller's, as it is: Slack hands back nothing else with the submission.
//   MO2  Words of others are plain text in a form, so nothing in it calls or links (OUT-1 to OUT-3).

import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import { safeText } from "../../safe-text.ts";
import { plain } from "./mrkdwn.ts";
import { context, plainSection, smallPrint } from "./parts.ts";

export const modalIds = {
  answer: "deputy.modal.answer",
  feedback: "deputy.modal.feedback",
  task: "deputy.modal.task",
} as const;

/** Block and control of a field have one name. */
export const modalFields = { text: "text", reason: "reason", conversation: "conversation" } as const;

export const feedbackReasons = [
  "Wrong",
  "Incomplete",
  "Too long",
  "Wrong tone",
  "Did something it should not",
] as const;

export interface AnswerModal {
  /** What is asked: the text of the message that was clicked. */
  readonly title: string;
  readonly privateMetadata: string;
}

export function answerModal({ title, privateMetadata }: AnswerModal): ModalView {
  const form = [...plainSection(safeText(title)), words("Your answer")];
  return modal(modalIds.answer, "Your answer", privateMetadata, form);
}

export function feedbackModal(privateMetadata: string): ModalView {
  const reasons: InputBlock = {
    type: "input",
    block_id: modalFields.reason,
    label: plain("What was wrong?"),
    element: {
      type: "radio_buttons",
      action_id: modalFields.reason,
      options: feedbackReasons.map((reason) => ({ text: plain(reason), value: reason })),
    },
  };
  const form = [reasons, { ...words("Tell me more"), optional: true }];
  return modal(modalIds.feedback, "What was wrong?", privateMetadata, form);
}

export interface AskModal {
  /** The message that the task is about. */
  readonly about?: string | undefined;
  /** Lets the person say where the work is to be done. */
  readonly chooseConversation?: boolean | undefined;
  readonly privateMetadata: string;
}

export function askModal({ about, chooseConversation, privateMetadata }: AskModal): ModalView {
  return modal(modalIds.task, "New task", privateMetadata, [
    words(about === undefined ? "What shall I do?" : "What shall I do with this?"),
    ...context(smallPrint(about === undefined ? "" : `About: ${safeText(about)}`)),
    ...(chooseConversation === true ? [whichConversation()] : []),
  ]);
}

function modal(
  callbackId: string,
  title: string,
  privateMetadata: string,
  blocks: readonly KnownBlock[],
): ModalView {
  return {
    type: "modal",
    callback_id: callbackId,
    title: plain(title),
    submit: plain("Send"),
    close: plain("Cancel"),
    private_metadata: privateMetadata,
    blocks: [...blocks],
  };
}

function words(label: string): InputBlock {
  return {
    type: "input",
    block_id: modalFields.text,
    label: plain(label),
    element: {
      type: "plain_text_input",
      action_id: modalFields.text,
      multiline: true,
      max_length: 3_000,
      focus_on_load: true,
    },
  };
}

function whichConversation(): InputBlock {
  return {
    type: "input",
    block_id: modalFields.conversation,
    label: plain("Where shall I work and answer?"),
    element: {
      type: "conversations_select",
      action_id: modalFields.conversation,
      default_to_current_conversation: true,
      filter: { include: ["public", "private", "im", "mpim"], exclude_external_shared_channels: true },
    },
  };
}
