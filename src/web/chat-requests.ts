// What the chat page sends, checked. Whatever is wrong comes back as a sentence for the person who sent it (I14).

import { z } from "zod";
import { byteSize } from "../chat/byte-size.ts";
import { localPeople } from "../chat/local/cast.ts";
import { longestSaying } from "../chat/local/local-room.ts";
import type { Click, NewFile, Saying } from "../chat/local/room.ts";
import { actionIds } from "../domain/actions.ts";
import type { PersonKey } from "../domain/ids.ts";

export const uploadLimits = {
  files: 10,
  fileBytes: 25_000_000,
  requestBytes: 50_000_000,
  textBytes: 1_000_000,
} as const;

/** A request that cannot be done, and what to tell the person. */
export class BadRequest extends Error {
  readonly status: 400 | 404 | 409 | 413 | 503;

  constructor(status: BadRequest["status"], sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "BadRequest";
    this.status = status;
  }
}

const SayBody = z.object({
  as: z.string(),
  channel: z.string(),
  thread: z.string().optional(),
  text: z.string().default(""),
});
const ActionBody = z.object({
  as: z.string(),
  message: z.string(),
  action: z.enum(actionIds),
  value: z.string(),
  text: z.string().optional(),
});
const EditBody = z.object({ as: z.string(), text: z.string() });
const AsBody = z.object({ as: z.string() });

export function parsePerson(id: string | undefined): PersonKey {
  const found = localPeople.find((person) => person.id === id);
  if (found === undefined) throw new BadRequest(400, "Say who you are: nobody in this chat has that name.");
  return found.key;
}

export async function parseSaying(request: Request): Promise<Saying> {
  const form = isForm(request) ? await readForm(request) : undefined;
  const given = SayBody.safeParse(form?.fields ?? (await readJson(request)));
  if (!given.success) throw unreadable(given.error);
  const { as, channel, thread, text } = given.data;
  const files = form?.files ?? [];
  if (text.trim() === "" && files.length === 0)
    throw new BadRequest(400, "Write something, or attach a file.");
  requireLength(text);
  return {
    as: parsePerson(as),
    channel,
    text,
    files,
    ...(thread !== undefined && thread !== "" && { thread }),
  };
}

export async function parseClick(request: Request): Promise<Click> {
  const given = ActionBody.safeParse(await readJson(request));
  if (!given.success) throw unreadable(given.error);
  const { as, message, action, value, text } = given.data;
  if (text?.trim() === "") throw new BadRequest(400, "Write an answer first.");
  if (text !== undefined) requireLength(text);
  return { as: parsePerson(as), messageId: message, action, value, ...(text !== undefined && { text }) };
}

export async function parseEdit(request: Request): Promise<{ as: PersonKey; text: string }> {
  const given = EditBody.safeParse(await readJson(request));
  if (!given.success) throw unreadable(given.error);
  requireLength(given.data.text);
  if (given.data.text.trim() === "")
    throw new BadRequest(400, "A message cannot be empty. Delete it instead.");
  return { as: parsePerson(given.data.as), text: given.data.text };
}

export async function parseAs(request: Request): Promise<{ as: PersonKey }> {
  const given = AsBody.safeParse(await readJson(request));
  if (!given.success) throw unreadable(given.error);
  return { as: parsePerson(given.data.as) };
}

export function tooLarge(): BadRequest {
  return new BadRequest(
    413,
    `That is too much for one message: at most ${byteSize(uploadLimits.requestBytes)} in all. Send fewer or smaller files.`,
  );
}

function requireLength(text: string): void {
  if (text.length <= longestSaying) return;
  throw new BadRequest(
    413,
    `This message has ${text.length} characters; the most is ${longestSaying}. Attach it as a file instead.`,
  );
}

function isForm(request: Request): boolean {
  return request.headers.get("content-type")?.startsWith("multipart/form-data") === true;
}

async function readJson(request: Request): Promise<unknown> {
  const length = Number(request.headers.get("content-length") ?? 0);
  if (length > uploadLimits.textBytes) throw tooLarge();
  try {
    return await request.json();
  } catch (error) {
    throw new BadRequest(400, "The request could not be read: it is not JSON.", { cause: error });
  }
}

interface Form {
  readonly fields: Readonly<Record<string, string>>;
  readonly files: readonly NewFile[];
}

async function readForm(request: Request): Promise<Form> {
  const form = await request.formData().catch((error: unknown) => {
    throw new BadRequest(400, "The upload could not be read: it arrived incomplete. Send it again.", {
      cause: error,
    });
  });
  const fields: Record<string, string> = {};
  const uploads: File[] = [];
  for (const [name, value] of form) {
    if (typeof value === "string") fields[name] = value;
    else if (value.name !== "" || value.size > 0) uploads.push(value);
  }
  if (uploads.length > uploadLimits.files) {
    throw new BadRequest(
      413,
      `That is ${uploads.length} files; a message takes ${uploadLimits.files} at most.`,
    );
  }
  return { fields, files: await Promise.all(uploads.map(readFile)) };
}

async function readFile(upload: File): Promise<NewFile> {
  if (upload.size > uploadLimits.fileBytes) {
    const sizes = `${byteSize(upload.size)}; the most is ${byteSize(uploadLimits.fileBytes)}`;
    throw new BadRequest(
      413,
      `The file ${upload.name} has ${sizes}. Split it, or leave out what is not needed.`,
    );
  }
  const content = Buffer.from(await upload.arrayBuffer());
  return { name: upload.name, content, ...(upload.type !== "" && { mimeType: upload.type }) };
}

function unreadable(error: z.ZodError): BadRequest {
  const fields = error.issues.map((issue) => issue.path.join(".") || "the whole of it").join(", ");
  return new BadRequest(400, `The request could not be read: wrong or missing: ${fields}.`, { cause: error });
}
