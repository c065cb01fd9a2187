// The forms of a message, best first: a message never fails because a decoration was refused (ux c.0 rule 9).

import { plainText } from "../chat/plain-text.ts";
import type { Notice, Outgoing, OutgoingFile } from "../domain/outbox.ts";
import { notice } from "../runtime/voice/notice.ts";

const inlineCharacters = 1_000;

/** The beginning, and all of it in a file; undefined where there is not more than a beginning. */
export function fileForm(message: Outgoing): FileForm | undefined {
  const text = plainText(message);
  if (text.length <= inlineCharacters) return undefined;
  const start = text.slice(0, inlineCharacters).toWellFormed();
  return {
    content: Buffer.from(text),
    withFile: (file) => ({
      ...notice(`${start}…\n\n(This chat takes no message of this size. All of it is in ${file.name}.)`, [
        file,
        ...filesOf(message),
      ]),
      ...quoteOf(message),
    }),
  };
}

interface FileForm {
  readonly content: Buffer;
  readonly withFile: (file: OutgoingFile) => Outgoing;
}

/** The message itself; its text and files; a sentence that says where it is kept. */
export function messageForms(message: Outgoing, run: string | undefined): readonly Outgoing[] {
  const where =
    run === undefined ? "" : ` It is kept; whoever runs me finds it with \`deputy runs show ${run}\`.`;
  const last = notice(`I have something to say here that this chat does not accept.${where}`);
  return [message, ...textForm(message), last];
}

export function textForm(message: Outgoing): readonly Outgoing[] {
  if (message.kind === "notice") return [];
  const links = message.kind === "attention" ? message.options.flatMap(({ url }) => url ?? []) : [];
  const follow = message.kind === "card" ? undefined : message.follow;
  const all = [...(follow ?? []), ...links];
  const text = [plainText(message), ...links, ...elsewhere(message)].join("\n");
  const plain = { ...notice(text, filesOf(message)), ...quoteOf(message) };
  return [{ ...plain, ...(all.length > 0 && { follow: all }) }];
}

/** An approval is never given in words (design 10), and words have no buttons. */
function elsewhere(message: Outgoing): readonly string[] {
  const isAsked =
    message.kind === "attention" && message.about === "approval" && message.decided === undefined;
  return isAsked && message.options.length > 0
    ? ["Without buttons it is decided where I run, with `deputy approvals decide`."]
    : [];
}

function quoteOf(message: Outgoing): Pick<Notice, "quote"> {
  const quote = message.kind === "result" || message.kind === "notice" ? message.quote : undefined;
  return quote === undefined ? {} : { quote };
}

/** With the addresses behind the buttons that are links. */
export function withLinks(message: Outgoing, linkOf: (value: string) => string): Outgoing {
  if (message.kind !== "attention") return message;
  const options = message.options.map((option) =>
    option.action === "connect.open" ? { ...option, url: linkOf(option.value) } : option,
  );
  return { ...message, options };
}

/** With the way to the page of its run, where the message is of one kind that shows it. */
export function withDetails(message: Outgoing, details: string | undefined): Outgoing {
  if (details === undefined || (message.kind !== "card" && message.kind !== "result")) return message;
  return { ...message, details };
}

export function filesOf(message: Outgoing): readonly OutgoingFile[] {
  return message.kind === "result" || message.kind === "notice" ? message.files : [];
}

export interface Attached {
  readonly there: readonly OutgoingFile[];
  /** Not there any more. */
  readonly lost: readonly OutgoingFile[];
  /** Kept back (OUT-5). */
  readonly secret: readonly OutgoingFile[];
}

/** With these files only, and a line that names the others and says why. */
export function withFiles(message: Outgoing, { there, lost, secret }: Attached): Outgoing {
  if (message.kind !== "result" && message.kind !== "notice") return message;
  const lines = [
    ...notAttached(lost, "the content could not be read"),
    ...notAttached(secret, "a secret of this installation is in it"),
  ];
  if (lines.length === 0) return message;
  return { ...message, text: [message.text, ...lines].join("\n\n"), files: [...there] };
}

function notAttached(files: readonly OutgoingFile[], why: string): string[] {
  const names = files.map(({ name }) => name).join(", ");
  return files.length === 0 ? [] : [`(Not attached, because ${why}: ${names})`];
}
