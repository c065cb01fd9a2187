import { describe, expect, it } from "vitest";
import { firstBook } from "../../../examples/sales-assistant/world/book.ts";
import type { Move } from "../../../src/model/scripted/move.ts";
import { prepareRenewal } from "../../../src/model/scripted/recipes/prepare-renewal.ts";
import type { Act, Story } from "../../../src/model/scripted/story.ts";

const tools = [
  "set_plan",
  "write_file",
  "finish",
  "crm__find_accounts",
  "crm__get_account",
  "crm__log_activity",
  "mail__create_draft",
  "mail__send",
];
const [acme] = firstBook(Date.parse("2026-11-23T09:00:00Z"));
const answers: Readonly<Record<string, string>> = {
  set_plan: "The plan is on the card.",
  crm__find_accounts: `From fernway-crm:\n${JSON.stringify({ accounts: [{ id: "acme", name: "Acme Corporation" }] })}`,
  crm__get_account: `From fernway-crm:\n${JSON.stringify(acme)}`,
  write_file: "Wrote renewals/acme.md.",
  mail__create_draft: '{"draft":"draft-1"}',
  mail__send: '{"sent":"draft-1"}',
  crm__log_activity: '{"logged":{}}',
};

function storyOf(request: string, acts: readonly Act[], offered: readonly string[] = tools): Story {
  return {
    request,
    asker: "Ana",
    files: [],
    startedAt: undefined,
    steering: [],
    acts,
    notes: "",
    tools: new Set(offered),
  };
}

/** Plays it to its end with these answers. */
function played(changed: Readonly<Record<string, string>> = {}): {
  readonly acts: readonly Act[];
  readonly end: string;
} {
  const acts: Act[] = [];
  for (let turn = 0; turn < 20; turn += 1) {
    const next: Move = prepareRenewal.next(storyOf("Please prepare the renewal of Acme.", acts));
    for (const { name, args } of next.calls) {
      if (name === "finish") return { acts, end: String(args["summary"]) };
      acts.push({ name, args, result: { ...answers, ...changed }[name] ?? "" });
    }
  }
  throw new Error("It does not end");
}

const namesIn = (acts: readonly Act[]): string[] =>
  acts.map(({ name }) => name).filter((name) => name.includes("__"));

describe("model/scripted/recipes/prepare-renewal", () => {
  it.each([
    ["prepare the renewal of Acme", true],
    ["Please prepare the renewal for Birch & Sons, and tell me.", true],
    ["what is a renewal?", false],
  ])("fits “%s”: %s", (request, fits) => {
    expect(prepareRenewal.fits(storyOf(request, []))).toBe(fits);
  });

  it("does not fit where there is no CRM", () => {
    expect(prepareRenewal.fits(storyOf("prepare the renewal of Acme", [], ["finish"]))).toBe(false);
  });

  it("reads, drafts, sends the very words of the draft, and logs it", () => {
    const { acts, end } = played();

    expect(namesIn(acts)).toEqual([
      "crm__find_accounts",
      "crm__get_account",
      "mail__create_draft",
      "mail__send",
      "crm__log_activity",
    ]);
    const words = acts.find(({ name }) => name === "mail__create_draft")?.args;
    expect(acts.find(({ name }) => name === "mail__send")?.args).toEqual({ draft: "draft-1", ...words });
    expect(words).toMatchObject({ to: "jo.keller@acme.example" });
    expect(String(words?.["body"])).toContain("Kind regards,\nAna");
    expect(end).toContain("was sent from your mailbox. The CRM has it under your name.");
  });

  it("logs nothing and claims nothing when the letter was denied", () => {
    const told =
      "Ana denied it. mail__send was not done. Don't try the same in another way; go on without it, or ask what they want instead.";
    const { acts, end } = played({ mail__send: told });

    expect(namesIn(acts)).not.toContain("crm__log_activity");
    expect(end).toContain("is in your drafts, and I don't know of it being sent. Ana denied it.");
    expect(end).not.toContain("was sent from");
    expect(end, "what the model is told to do is nothing for a person").not.toContain("Don't try");
  });

  it("goes on when a person has looked that it was sent", () => {
    const { acts } = played({ mail__send: "Ana checked: it was done. Its own result is lost." });

    expect(namesIn(acts).filter((name) => name === "mail__send")).toHaveLength(1);
    expect(namesIn(acts)).toContain("crm__log_activity");
  });

  it.each([
    [
      "the CRM gives nothing",
      { crm__find_accounts: "Ana declined to connect crm. Go on without it, or say what can't be done." },
      /could not look into the CRM\. Ana declined to connect crm\.$/m,
    ],
    ["nobody is called so", { crm__find_accounts: '{"accounts":[]}' }, "has no account called “Acme”"],
    [
      "two are called so",
      { crm__find_accounts: '{"accounts":[{"id":"a","name":"Acme A"},{"id":"b","name":"Acme B"}]}' },
      "Acme A, Acme B",
    ],
    [
      "the mailbox is not connected",
      { mail__create_draft: "Ana declined to connect mail." },
      "No letter was drafted",
    ],
  ])("says so and sends nothing when %s", (_when, changed, words) => {
    const { acts, end } = played(changed);

    expect(end).toMatch(words);
    expect(namesIn(acts)).not.toContain("mail__send");
  });
});
