// Fernway's mail: a mailbox for each person, with drafts and what was sent. A letter leaves only word for word as it was drafted, so that
// what was approved is what is sent.

import { z } from "zod";
import type { ServiceTool } from "./door.ts";

export interface Letter {
  readonly id: string;
  /** Whose mailbox it is in. */
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

export interface Mailbox {
  readonly drafts: ReadonlyMap<string, Letter>;
  readonly sent: readonly Letter[];
  readonly tools: readonly ServiceTool[];
}

export const mailScopes = {
  "mail.draft": "Write drafts in your mailbox",
  "mail.send": "Send mail as you",
  "mail.read": "See what you have sent",
} as const;

const Written = z.object({ to: z.email(), subject: z.string().min(1), body: z.string().min(1) });
const Sending = Written.extend({ draft: z.string() });

export function createMailbox(): Mailbox {
  const drafts = new Map<string, Letter>();
  const sent: Letter[] = [];
  let written = 0;
  const words = {
    to: Written.shape.to.describe("The address it goes to"),
    subject: Written.shape.subject.describe("The subject line"),
    body: Written.shape.body.describe("The whole text"),
  };
  const tools: readonly ServiceTool[] = [
    {
      name: "create_draft",
      description: "Puts a letter into your drafts. Nobody else sees it, and nothing is sent.",
      scope: "mail.draft",
      reads: false,
      input: words,
      run: (args, from) => {
        written += 1;
        const letter: Letter = { id: `draft-${written}`, from, ...Written.parse(args) };
        drafts.set(letter.id, letter);
        return { draft: letter.id };
      },
    },
    {
      name: "send",
      description:
        "Sends a draft of yours. Give its words again: a draft that was changed meanwhile is not sent.",
      scope: "mail.send",
      reads: false,
      input: { draft: Sending.shape.draft.describe("The draft's id, as create_draft gave it"), ...words },
      run: (args, from) => {
        const { draft: id, ...given } = Sending.parse(args);
        const draft = drafts.get(id);
        if (draft?.from !== from) throw new Error(`There is no draft ${id} in the mailbox of ${from}.`);
        const same = (["to", "subject", "body"] as const).every((part) => draft[part] === given[part]);
        if (!same) throw new Error(`The draft ${id} was changed since. Nothing was sent.`);
        drafts.delete(id);
        sent.push(draft);
        return { sent: id, to: draft.to };
      },
    },
    {
      name: "list_sent",
      description: "Lists what you have sent, newest last.",
      scope: "mail.read",
      reads: true,
      input: {},
      run: (_args, from) => ({ sent: sent.filter((letter) => letter.from === from) }),
    },
  ];
  return { drafts, sent, tools };
}
