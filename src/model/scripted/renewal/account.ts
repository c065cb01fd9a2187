// An account as the CRM of the sales example gives it, read back from what its tools answered.

import { z } from "zod";
import { parseJson } from "../../../base/json.ts";
import type { Story } from "../story.ts";
import { firstLine } from "../tool-results.ts";

const Account = z.object({
  id: z.string(),
  name: z.string(),
  contacts: z.array(z.object({ name: z.string(), role: z.string(), email: z.string() })),
  contract: z.object({
    product: z.string(),
    seats: z.number(),
    yearly_usd: z.number(),
    renews_on: z.string(),
    notice_days: z.number(),
  }),
  deals: z.array(z.object({ title: z.string(), stage: z.string(), usd: z.number() })),
  activities: z.array(z.object({ on: z.string(), by: z.string(), summary: z.string() })),
});
export type Account = z.infer<typeof Account>;

const Found = z.object({ accounts: z.array(z.object({ id: z.string(), name: z.string() })) });
const Drafted = z.object({ draft: z.string() });
const Sent = z.object({ sent: z.string() });
const Logged = z.object({ logged: z.object({}) });

export type Got<T> =
  | { readonly kind: "not_asked" }
  | { readonly kind: "got"; readonly value: T }
  /** Its own answer is lost. */
  | { readonly kind: "done" }
  | { readonly kind: "failed"; readonly problem: string };

export const accountsFound = (story: Story): Got<z.infer<typeof Found>> =>
  got(story, "crm__find_accounts", Found);
export const accountRead = (story: Story): Got<Account> => got(story, "crm__get_account", Account);
export const draftMade = (story: Story): Got<z.infer<typeof Drafted>> =>
  got(story, "mail__create_draft", Drafted);
export const letterSent = (story: Story): Got<z.infer<typeof Sent>> => got(story, "mail__send", Sent);
export const activityLogged = (story: Story): Got<z.infer<typeof Logged>> =>
  got(story, "crm__log_activity", Logged);

function got<T>(story: Story, tool: string, shape: z.ZodType<T>): Got<T> {
  const acts = story.acts.filter(({ name, result }) => name === tool && !onlySeen.test(result));
  const act = acts.at(-1);
  // An account that was taken back is asked for anew when the tool is called again, which is done once.
  if (!act || (acts.length === 1 && takenBack.test(act.result))) return { kind: "not_asked" };
  // It was in doubt, and a person has looked.
  if (act.result.includes("checked: it was done")) return { kind: "done" };
  // What is around it says whose words these are.
  const json = act.result.slice(act.result.indexOf("{"), act.result.lastIndexOf("}") + 1);
  const value = shape.safeParse(parseJson(json)?.value).data;
  return value === undefined ? { kind: "failed", problem: firstLine(act.result) } : { kind: "got", value };
}

/** The account has come, and with it what the tool takes, or the person wrote something: it is called anew. */
const onlySeen = /Not (?:done yet: only now it is known|done: the person wrote|decided: the person wrote)/;
const takenBack = /refuses the account|has to be connected again/;
