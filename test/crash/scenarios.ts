// The scenarios of the crash suite: what people ask and answer, what the model does, which failpoints the product comes by,
// and what must have come of it whether it died on the way or not.

import type { FailpointName } from "../../src/base/failpoints.ts";
import type { ThreadPlan } from "./person.ts";
import type { Story } from "./story-model.ts";

export interface Scenario {
  readonly name: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The configuration file, where acts outside are not simply allowed. */
  readonly config?: string;
  readonly threads: readonly ThreadPlan[];
  readonly stories: readonly Story[];
  /** In the undisturbed run, on every profile. */
  readonly comesBy: readonly FailpointName[];
  /** Dies at every one of them in each run of the tests; the others take turns at those that all come by. */
  readonly thorough?: boolean;
  /** Kinds of posts, notices left out. */
  readonly posts: readonly string[];
  readonly runs: readonly string[];
  /** What has to have happened outside, once each. */
  readonly outside: readonly (readonly ["keyed" | "askable" | "once", string])[];
  /** Where a person cuts the work off, the journal depends on the moment. */
  readonly journalVaries?: boolean;
}

/** What every scenario comes by. */
export const everywhere = [
  "inbox.before-commit",
  "inbox.in-commit",
  "inbox.after-commit",
  "decision.in-commit",
  "intake.after-route",
  "queue.after-ring",
  "segment.before-claim",
  "segment.after-claim",
  "segment.before-release",
  "segment.before-ring",
  "step.before-commit",
  "step.in-commit",
  "step.after-commit",
  "settle.in-commit",
  "settle.after-commit",
  "tool.before-act",
  "tool.after-act",
  "outbox.after-claim",
  "outbox.before-post",
  "outbox.after-post",
  "outbox.after-settle",
  "sweeper.after-turn",
] as const satisfies readonly FailpointName[];

/** Where a test of its own dies (refresh.crash.test.ts). */
export const elsewhere = ["grant.refreshed"] as const satisfies readonly FailpointName[];

/** What an approval comes by: asked for, decided, about to be done (APR-2). */
export const approvalPoints = [
  "approval.asked",
  "approval.decided",
  "approval.executing",
] as const satisfies readonly FailpointName[];

const plan = (title: string): readonly [string, object] => [
  "set_plan",
  { title, steps: ["One", "Two", "Three"].map((text) => ({ text, state: "todo" })) },
];
const finish = (summary: string, ...files: string[]): readonly [string, object] => [
  "finish",
  { summary, files },
];

const usualScenarios: readonly Scenario[] = [
  {
    name: "the whole job",
    thorough: true,
    threads: [
      {
        who: 0,
        asks: "@deputy do the wholejob with this",
        file: { name: "orders.csv", content: "region,amount\nnorth,3\nsouth,4\n" },
      },
    ],
    stories: [
      {
        mark: "wholejob",
        calls: [
          plan("The whole job"),
          ["read_file", { path: "inbox/orders.csv" }],
          ["ask_person", { question: "By what?", options: ["Region", "Month"] }],
          ["write_file", { path: "summary.md", content: "north 3" }],
          ["edit_file", { path: "summary.md", edits: [{ old: "north 3", new: "north 3, south 4" }] }],
          ["share_file", { path: "summary.md" }],
          finish("It is all there.", "summary.md"),
        ],
      },
    ],
    comesBy: [
      ...everywhere,
      "inbox.after-files",
      "park.in-commit",
      "park.after-commit",
      "workspace.after-blobs",
    ],
    posts: ["card", "attention", "result"],
    runs: ["done"],
    outside: [],
  },
  {
    name: "acts of all kinds outside",
    thorough: true,
    threads: [{ who: 0, asks: "@deputy do the fourkinds" }],
    stories: [
      {
        mark: "fourkinds",
        calls: [
          ["look_up", { what: "it" }],
          ["send_keyed", { what: "a letter" }],
          ["send_askable", { what: "an order" }],
          ["send_once", { what: "a payment" }],
          finish("All sent."),
        ],
      },
    ],
    comesBy: everywhere,
    posts: ["result"],
    runs: ["done"],
    outside: [
      ["keyed", "a letter"],
      ["askable", "an order"],
      ["once", "a payment"],
    ],
  },
  {
    name: "a compaction in the middle",
    env: { DEPUTY_CONTEXT_TOKENS: "16000" },
    threads: [{ who: 0, asks: "@deputy do the longread" }],
    stories: [
      {
        mark: "longread",
        calls: [
          ...[0, 1, 2, 3, 4, 5].map((n): readonly [string, object] => [
            "look_up",
            { what: `long longread#${n}` },
          ]),
          ["send_keyed", { what: "the sum of it" }],
          finish("Read it all."),
        ],
      },
    ],
    comesBy: [...everywhere, "compaction.before-files", "compaction.after-files", "workspace.after-blobs"],
    posts: ["result"],
    runs: ["done"],
    outside: [["keyed", "the sum of it"]],
  },
  {
    name: "a stop in the middle",
    threads: [{ who: 0, asks: "@deputy do the endless", stops: true }],
    stories: [
      {
        mark: "endless",
        calls: [plan("Endless"), ["send_keyed", { what: "a first word" }], ["look_up", { what: "never" }]],
      },
    ],
    comesBy: everywhere,
    posts: ["card", "result"],
    runs: ["stopped"],
    outside: [],
    journalVaries: true,
  },
  {
    name: "a follow-up",
    threads: [{ who: 0, asks: "@deputy do the firstpart", followUp: "@deputy and now the secondpart" }],
    stories: [
      {
        mark: "secondpart",
        calls: [["read_file", { path: "one.md" }], ["send_askable", { what: "part two" }], finish("Two.")],
      },
      {
        mark: "firstpart",
        calls: [["write_file", { path: "one.md", content: "1" }], finish("One.", "one.md")],
      },
    ],
    comesBy: [...everywhere, "workspace.after-blobs"],
    posts: ["result", "result"],
    runs: ["done", "done"],
    outside: [["askable", "part two"]],
  },
  {
    name: "acts that a person approves",
    config:
      "policy: [{ name: a-look, match: { tool: 'send_*' }, decision: ask, approvers: [requester], expires: 1h }]\n",
    threads: [{ who: 0, asks: "@deputy do the approved" }],
    stories: [
      {
        mark: "approved",
        calls: [
          ["send_keyed", { what: "a signed letter" }],
          ["send_askable", { what: "a signed order" }],
          finish("All signed."),
        ],
      },
    ],
    comesBy: [...everywhere, "park.in-commit", "park.after-commit", ...approvalPoints],
    posts: ["attention", "attention", "result"],
    runs: ["done"],
    outside: [
      ["keyed", "a signed letter"],
      ["askable", "a signed order"],
    ],
  },
  {
    name: "slices of a long run",
    env: { DEPUTY_SLICE_MS: "1000" },
    threads: [{ who: 0, asks: "@deputy do the slices" }],
    stories: [
      {
        mark: "slices",
        calls: [
          ...[0, 1, 2, 3].map((n): readonly [string, object] => ["look_up", { what: `slow slices#${n}` }]),
          finish("Sliced."),
        ],
      },
    ],
    comesBy: [
      ...everywhere.filter((name) => name !== "step.in-commit"), // a slow machine ends slices instead of starting steps
      "requeue.in-commit",
      "requeue.after-commit",
    ],
    posts: ["result"],
    runs: ["done"],
    outside: [],
  },
];

/** What a schedule comes by when its time has come. */
export const firingPoints = [
  "schedule.after-look-up",
  "schedule.in-commit",
  "schedule.after-commit",
] as const satisfies readonly FailpointName[];

export const comingRound: Scenario = {
  name: "work that comes round",
  threads: [{ who: 0, asks: "@deputy watch the onlooker", comesRound: true }],
  stories: [
    {
      mark: "onlooker",
      calls: [
        ["schedule_task", { what: "Do the newround", when: "0 9 * * *", timezone: "Europe/Prague" }],
        finish("Set up."),
      ],
    },
    { mark: "newround", calls: [["send_keyed", { what: "the round" }], finish("Round one.")] },
  ],
  comesBy: [...everywhere, "park.in-commit", "park.after-commit", ...firingPoints],
  posts: ["attention", "result", "result"],
  runs: ["done", "done"],
  outside: [["keyed", "the round"]],
};

export const scenarios: readonly Scenario[] = [...usualScenarios, comingRound];

/** Come by only in the life after a death: a worker died with a run in its hands. */
export const afterDeath: readonly FailpointName[] = [
  "workspace.before-swap",
  "workspace.in-swap",
  "workspace.after-swap",
  "supervisor.after-handover",
];
