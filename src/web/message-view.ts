// A message of the local chat as the page gets it: plain data, text already parsed, nothing the viewer may not see.

import { byteSize } from "../chat/byte-size.ts";
import { givenAddresses } from "../chat/given-addresses.ts";
import { findLocalPerson, localPeople } from "../chat/local/cast.ts";
import type { Delivery, LocalMessage } from "../chat/local/room.ts";
import { plainText } from "../chat/plain-text.ts";
import type { PersonKey } from "../domain/ids.ts";
import type { Attention, Button, ResultMessage, RunCard } from "../domain/outbox.ts";
import { type Block, parseMarkdown } from "./markdown.ts";

interface FileView {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly size: string;
}

type BodyView =
  | { readonly kind: "text"; readonly blocks: readonly Block[]; readonly source: string }
  | { readonly kind: "card"; readonly card: RunCard }
  | {
      readonly kind: "attention";
      readonly attention: Attention;
      readonly blocks: readonly Block[];
      readonly forViewer: boolean;
    }
  | { readonly kind: "result"; readonly result: ResultMessage; readonly blocks: readonly Block[] }
  | { readonly kind: "notice"; readonly blocks: readonly Block[] };

export interface MessageView {
  readonly id: string;
  readonly seq: number;
  readonly channel: string;
  readonly thread: string;
  /** A person's id; absent for the agent. */
  readonly author?: string;
  readonly sentAt: number;
  readonly editedAt?: number;
  readonly removed: boolean;
  /** Only the viewer sees it. */
  readonly onlyYou: boolean;
  readonly delivery: Delivery;
  readonly reactions: readonly string[];
  readonly files: readonly FileView[];
  readonly body: BodyView;
  /** What a notification or a terminal would show. */
  readonly plain: string;
}

export interface ViewContext {
  readonly viewer: PersonKey;
  readonly agentName: string;
  /** Every message of the conversation that the viewer sees: links that people gave may be followed. */
  readonly thread: readonly LocalMessage[];
  readonly linkHosts: readonly string[];
}

export function viewMessage(message: LocalMessage, context: ViewContext): MessageView {
  const { id, seq, channel, thread, sentAt, editedAt, removed, delivery, reactions, files, content, to } =
    message;
  const author = content.kind === "text" ? findLocalPerson(content.author)?.id : undefined;
  return {
    id,
    seq,
    channel,
    thread,
    ...(author !== undefined && { author }),
    sentAt,
    ...(editedAt !== undefined && { editedAt }),
    removed,
    onlyYou: to !== undefined,
    delivery,
    reactions,
    files: files.map((file) => ({
      id: file.id,
      name: file.name,
      title: file.title ?? file.name,
      size: byteSize(file.sizeBytes),
    })),
    body: viewBody(message, context),
    plain: content.kind === "text" ? content.text : plainText(content.body),
  };
}

function viewBody({ content }: LocalMessage, context: ViewContext): BodyView {
  if (content.kind === "text") {
    const names = [context.agentName, ...localPeople.map((person) => person.id)];
    return { kind: "text", source: content.text, blocks: viewBlocks(content.text, context, names) };
  }
  const { body } = content;
  switch (body.kind) {
    case "card":
      return { kind: "card", card: withOwnDetails(body, context) };
    case "attention": {
      const forViewer = body.mention === context.viewer;
      const attention = {
        ...body,
        options: body.options.map((option) => linkFor(option, forViewer, context)),
      };
      return { kind: "attention", attention, blocks: viewBlocks(body.text, context), forViewer };
    }
    case "result":
      return {
        kind: "result",
        result: withOwnDetails(body, context),
        blocks: viewBlocks(body.text, context),
      };
    case "notice":
      return { kind: "notice", blocks: viewBlocks(body.text, context) };
    default:
      return body satisfies never;
  }
}

/** A link to connect an account is its person's: it says who looks, and nobody else gets it. */
function linkFor(option: Button, forViewer: boolean, { viewer }: ViewContext): Button {
  const { url, ...rest } = option;
  const id = findLocalPerson(viewer)?.id;
  return url === undefined || !forViewer || id === undefined ? rest : { ...rest, url: `${url}?as=${id}` };
}

/** The page of a run is asked for as whoever looks. */
function withOwnDetails<T extends RunCard | ResultMessage>(message: T, { viewer }: ViewContext): T {
  const id = findLocalPerson(viewer)?.id;
  const { details } = message;
  return details === undefined || id === undefined ? message : { ...message, details: `${details}?as=${id}` };
}

export function viewBlocks(
  text: string,
  context: ViewContext,
  names: readonly string[] = [],
): readonly Block[] {
  let given: ReadonlySet<string> | undefined;
  const mayFollow = (url: URL): boolean => {
    given ??= givenAddresses(textsOf(context.thread));
    return given.has(url.href) || context.linkHosts.includes(url.host);
  };
  return parseMarkdown(text, { mayFollow, names });
}

/** What people wrote in the conversation. */
function textsOf(thread: readonly LocalMessage[]): readonly string[] {
  return thread.flatMap(({ content }) => (content.kind === "text" ? content.text : []));
}
