// Prepares the renewal of a customer: reads the CRM, writes a page and a letter, sends it, logs it. For the servers of
// examples/sales-assistant; nobody's yes is assumed, and what was not done is said.

import { finish, type Move, move } from "../move.ts";
import type { Recipe } from "../recipe.ts";
import {
  type Account,
  accountRead,
  accountsFound,
  activityLogged,
  draftMade,
  type Got,
  letterSent,
} from "../renewal/account.ts";
import { briefOf, type Letter, letterFor, usd } from "../renewal/papers.ts";
import { lastAct, type Story } from "../story.ts";
import { writeProblem } from "../tool-results.ts";

const order =
  /\brenewal (?:of|for|with) ["“']?([\p{L}\p{N}][\p{L}\p{N}&.\- ]*?)["”']?(?=\s*(?:[.!?,]|$|\n|\band\b|\bplease\b))/iu;
const needed = ["crm__find_accounts", "crm__get_account", "mail__create_draft", "mail__send"];
const milestones = [
  "Read the account in the CRM",
  "Write the page and the letter",
  "Send the letter, after a yes",
  "Log it in the CRM",
];

type Call = Parameters<typeof move>[1];

export const prepareRenewal: Recipe = {
  name: "prepare a renewal",
  fits: ({ request, tools }) => order.test(request) && needed.every((name) => tools.has(name)),
  next: (story) => {
    const customer = (order.exec(story.request)?.[1] ?? "").trim();
    const found = accountsFound(story);
    if (found.kind === "not_asked") {
      const search: Call = ["crm__find_accounts", { query: customer }];
      return lastAct(story, "set_plan") ? move("", search) : plan(customer, 0, search);
    }
    if (found.kind !== "got") return finish(`I could not look into the CRM. ${problem(found)}`);
    const { accounts } = found.value;
    const [one, other] = accounts;
    if (!one)
      return finish(
        `Your book in the CRM has no account called “${customer}”. Nothing was written, and nothing was sent.`,
      );
    if (other) {
      const names = accounts.map(({ name }) => name).join(", ");
      return finish(`Several accounts are called like that: ${names}. Nothing was sent; name one of them.`);
    }
    const read = accountRead(story);
    if (read.kind === "not_asked") return move("", ["crm__get_account", { account: one.id }]);
    return read.kind === "got"
      ? write(story, read.value)
      : finish(`I could not read the account. ${problem(read)}`);
  },
};

function plan(customer: string, doing: number, ...calls: readonly Call[]): Move {
  const steps = milestones.map((text, at) => ({
    text,
    state: at < doing ? "done" : at === doing ? "doing" : "todo",
  }));
  return move("", ["set_plan", { title: `Renewal of ${customer}`, steps }], ...calls);
}

function write(story: Story, account: Account): Move {
  const letter = letterFor(account, story.asker ?? "Your sales team");
  if (!letter) return finish(`${account.name} has no contact in the CRM to write to. Nothing was sent.`);
  const path = `renewals/${account.id}.md`;
  const written = lastAct(story, "write_file");
  const draft: Call = ["mail__create_draft", { ...letter }];
  if (!written) return plan(account.name, 1, ["write_file", { path, content: briefOf(account) }], draft);
  const files = writeProblem(written.result) === undefined ? [path] : [];
  const drafted = draftMade(story);
  if (drafted.kind === "not_asked") return move("", draft);
  if (drafted.kind === "got") return send(story, account, { letter, draft: drafted.value.draft, files });
  return finish(
    `${facts(account)}\n\nNo letter was drafted, and nothing was sent. ${problem(drafted)}`,
    files,
  );
}

interface Papers {
  readonly letter: Letter;
  readonly draft: string;
  readonly files: readonly string[];
}

function send(story: Story, account: Account, { letter, draft, files }: Papers): Move {
  const sent = letterSent(story);
  if (sent.kind === "not_asked") return plan(account.name, 2, ["mail__send", { draft, ...letter }]);
  if (sent.kind === "failed") {
    const where = `The letter to ${letter.to} is in your drafts, and I don't know of it being sent.`;
    return finish(`${facts(account)}\n\n${where} ${problem(sent)}`, files);
  }
  const logged = activityLogged(story);
  const summary = `Sent the renewal letter to ${letter.to}: “${letter.subject}”.`;
  if (logged.kind === "not_asked" && story.tools.has("crm__log_activity"))
    return plan(account.name, 3, ["crm__log_activity", { account: account.id, kind: "mail", summary }]);
  const log =
    logged.kind === "failed" || logged.kind === "not_asked"
      ? "It is not logged in the CRM."
      : "The CRM has it under your name.";
  const end = finish(
    `${facts(account)}\n\nThe letter to ${letter.to} was sent from your mailbox. ${log}`,
    files,
  );
  return { ...end, calls: [...plan(account.name, milestones.length).calls, ...end.calls] };
}

function facts({ name, contract }: Account): string {
  const { seats, yearly_usd: yearly, renews_on: day } = contract;
  return `The renewal of ${name} is prepared: ${seats} seats, ${usd(yearly)} a year, renews on ${day}.`;
}

/** What a tool says to the model about going on is nothing for the person. */
const forTheModel = / (?:Go on without it|Don't try the same)\b.*$/;

function problem(got: Got<unknown>): string {
  return got.kind === "failed" ? got.problem.replace(forTheModel, "") : "Its answer is lost.";
}
