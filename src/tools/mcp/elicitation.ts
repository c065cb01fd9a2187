// Questions that a server asks in the middle of a call (MCP-9), for a run that may be gone before anybody answers.
//
//   EL1  A question is never waited for with the call open: it is cancelled, the run parks on it like on any other question, and the
//        answer is given when the server asks the same again in a later call. So it survives every restart (I6).
//   EL2  What asks for a secret is declined, and nobody is asked.
//   EL3  An address is never fetched by us. Only https; it is shown whole, its host as it is looked up (punycode), to the run's
//        subject in private, and the model never sees it.
//   EL4  Only what fits the server's schema is sent; what does not fit is asked for once more.

import { z } from "zod";
import { visible } from "../../approvals/visible-text.ts";
import { canonicalDigest } from "../../domain/canonical-json.ts";
import type { QuestionAsk } from "../../domain/wait.ts";
import { type Content, type Field, fieldsOf, readAnswer } from "./elicited-fields.ts";

export type Elicitation =
  | { readonly kind: "form"; readonly message: string; readonly fields: readonly Field[] }
  | { readonly kind: "url"; readonly message: string; readonly url: string };

export type Reply =
  | { readonly action: "accept"; readonly content?: Content }
  | { readonly action: "decline" }
  | { readonly action: "cancel" };

/** What is to be asked of a person, and under which name its answer is found later. */
export interface Asked {
  readonly key: string;
  readonly ask: Omit<QuestionAsk, "of">;
  /** For the subject's eyes, wherever the run is. */
  readonly isPrivate: boolean;
}

export const declineOption = "Decline";
const doneOption = "Done";
const longestMessage = 1_000;

const Request = z.union([
  z.looseObject({ mode: z.literal("url"), message: z.string(), url: z.string() }),
  z.looseObject({
    mode: z.literal("form").optional(),
    message: z.string(),
    requestedSchema: z.looseObject({
      properties: z.record(z.string(), z.looseObject({})),
      required: z.array(z.string()).optional(),
    }),
  }),
]);

/** Undefined for what is declined without asking anybody. */
export function readElicitation(params: unknown): Elicitation | undefined {
  const read = Request.safeParse(params);
  if (!read.success) return undefined;
  if ("url" in read.data && read.data.mode === "url") return addressOf(read.data.message, read.data.url);
  if (!("requestedSchema" in read.data)) return undefined;
  const { message, requestedSchema } = read.data;
  const fields = fieldsOf(requestedSchema.properties, requestedSchema.required ?? []);
  if (!fields || wantsSecret(message, fields)) return undefined;
  return { kind: "form", message, fields };
}

/** EL3. */
function addressOf(message: string, text: string): Elicitation | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.protocol === "https:" && url.username === "" && url.password === "";
  return isPlain ? { kind: "url", message, url: url.href } : undefined;
}

const secretWords =
  /pass(?:word|wort|phrase|code)|secret|api[-_ ]?key|private[-_ ]?key|access[-_ ]?key|token|credential|\bpin\b|\bcvv\b|\bcvc\b|\botp\b|one[-_ ]time|card[-_ ]?number|\biban\b|social[-_ ]security|\bssn\b|seed phrase/i;

/** EL2. */
function wantsSecret(message: string, fields: readonly Field[]): boolean {
  const words = fields.map(({ name, title = "", description = "" }) => `${name} ${title} ${description}`);
  return [message, ...words].some((text) =>
    secretWords.test(text.normalize("NFKC").replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ")),
  );
}

/** The same question of the same server has the same name, whatever run or process hears it. */
export function elicitationKey(server: string, elicitation: Elicitation): string {
  return canonicalDigest("deputy-elicitation-v1\n", { server, ...elicitation });
}

export function askFor(server: string, elicitation: Elicitation, wasUnfit: boolean): Asked {
  const key = elicitationKey(server, elicitation);
  const said = shortened(visible(elicitation.message, "line"));
  if (elicitation.kind === "url") {
    const { host } = new URL(elicitation.url);
    const question = `The server ${server} asks you to finish something on a page outside: “${said}”\nThe page is at ${host}; its whole address is:\n\`${visible(elicitation.url)}\`\nOpen it only if you expect this. I don't open it, and what you enter there I never see.`;
    return {
      key,
      isPrivate: true,
      ask: { kind: "question", question, options: [doneOption, declineOption] },
    };
  }
  const [only, ...more] = elicitation.fields;
  const options =
    only && more.length === 0 ? [...only.choices.map(({ title }) => title), declineOption] : [declineOption];
  const again = wasUnfit ? "What was answered before does not fit. " : "";
  const how =
    more.length === 0 ? "" : `\nAnswer with a line for each:\n${elicitation.fields.map(lineOf).join("\n")}`;
  const question = `${again}The server ${server} asks: “${said}”${only && more.length === 0 ? hintOf(only) : ""}${how}\nNever answer with a password or another secret.`;
  return { key, isPrivate: false, ask: { kind: "question", question, options } };
}

function lineOf({ name, title, description, choices, isRequired, usual }: Field): string {
  const words = [title, description].filter((part) => part !== undefined).join(", ");
  const of = choices.length === 0 ? "" : ` (${choices.map((choice) => visible(choice.title)).join(" | ")})`;
  const about = words === "" ? "" : ` (${shortened(visible(words))})`;
  return `${visible(name)}: …${about}${of}${leftOut(isRequired, usual)}`;
}

function leftOut(isRequired: boolean, usual: string | undefined): string {
  if (usual !== undefined) return ` – ${shortened(visible(usual, "line"))} where it is left out`;
  return isRequired ? "" : " – may be left out";
}

function hintOf({ title, description }: Field): string {
  const words = [title, description].filter((part) => part !== undefined).join(", ");
  return words === "" ? "" : ` (${shortened(visible(words))})`;
}

function shortened(text: string): string {
  return text.length > longestMessage ? `${text.slice(0, longestMessage - 1).toWellFormed()}…` : text;
}

/** Undefined if the answer does not fit (EL4). */
export function replyOf(elicitation: Elicitation, answer: string): Reply | undefined {
  if (answer.trim().toLowerCase() === declineOption.toLowerCase()) return { action: "decline" };
  if (elicitation.kind === "url") return { action: "accept" };
  const content = readAnswer(elicitation.fields, answer);
  return content && { action: "accept", content };
}
