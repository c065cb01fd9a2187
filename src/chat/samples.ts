// One message of each kind with everything in it, for checks without a workspace (`deputy doctor`, tests).

import type { HomeItem, HomePage } from "../domain/home-page.ts";
import { personKey } from "../domain/ids.ts";
import type { Attention, Button, Outgoing, RunCard } from "../domain/outbox.ts";
const requester = { mention: personKey("slack", "T0001", "U0001"), mentionName: "Ana" };
const file = { name: "comparison.csv", sha256: "0".repeat(64), sizeBytes: 12_000 };

const button = (action: Button["action"], label: string, style: Button["style"] = "plain"): Button => ({
  action,
  value: `sample_${label}`.slice(0, 40),
  label,
  style,
});

const card: RunCard = {
  kind: "card",
  run: "run_1",
  title: "Compare three vendors",
  state: "Working",
  agent: "deputy",
  mode: "employee",
  askedBy: "Ana",
  line: "Reading the contracts, **4 of 11**.",
  steps: [
    { text: "Collect the price pages", state: "done" },
    { text: "Read the contracts", state: "doing" },
    { text: "Draft the comparison", state: "todo" },
  ],
  noted: ["only EU vendors"],
  startedAt: Date.UTC(2026, 10, 23, 9),
  spentUsd: 1.2,
  capUsd: 5,
  buttons: [
    { ...button("run.stop", "Stop", "danger"), confirm: "Stop this run? Files made so far are kept." },
  ],
};

const question: Attention = {
  kind: "attention",
  about: "question",
  title: "Compare three vendors",
  text: "Which region should the report cover?",
  footer: "Without an answer by 2026-11-23 17:00 UTC I go with: Europe",
  ...requester,
  options: [button("question.answer", "Europe", "primary"), button("question.answer", "World")],
  freeText: button("question.answer", "Something else"),
};

const { footer: _default, freeText: _field, ...asking } = question;

export const sampleMessages: Readonly<Record<string, Outgoing>> = {
  card,
  "ended card": { ...card, state: "Stopped", line: "Stopped by Bo, 14:20 UTC", buttons: [] },
  question,
  "question with a select": {
    ...question,
    options: Array.from({ length: 12 }, (_, n) => button("question.answer", `Region ${n + 1}`)),
  },
  "decided question": { ...question, options: [], decided: "Ana: Europe (14:07 UTC)" },
  approval: {
    ...asking,
    about: "approval",
    options: [
      button("approval.approve", "Approve", "primary"),
      button("approval.deny", "Deny", "danger"),
      button("approval.edit", "Edit"),
      button("approval.view", "View all"),
    ],
  },
  "approval with its act": {
    ...asking,
    about: "approval",
    title: "send_letter: bo@corp.example",
    text: [
      "`send_letter` with:",
      "```",
      "to: bo@corp.example",
      "subject: The renewal",
      "body: Dear Bo,",
      "  please find the two *offers* below.",
      "```",
      "It changes something outside, where others see it. It uses Ana's mail account. Asked for by Ana.",
      "**Warning:** the address is from a page of a stranger.",
      "Digest `3f9a12c4`",
    ].join("\n"),
    footer: "May decide: Ana. Expires 2026-11-23 17:00 UTC; no decision means no. Only the buttons count.",
    options: [
      button("approval.approve", "Approve", "primary"),
      button("approval.deny", "Deny", "danger"),
      button("approval.view", "View all"),
      button("approval.approve", "Allow for this run"),
    ],
    freeText: button("approval.edit", "Edit"),
  },
  "schedule to approve": {
    ...asking,
    about: "approval",
    title: "Schedule “Numbers of yesterday”",
    text: "Post the numbers of yesterday\n\nEvery weekday at 9:00. Next: Mon 24 Nov, Tue 25 Nov, Wed 26 Nov.\nPosts in this channel, in a thread of its own. Quiet when nothing changed.",
    footer: "Nothing is set up unless you approve by 2026-11-23 17:00 UTC. Only the buttons count.",
    options: [button("approval.approve", "Approve", "primary"), button("approval.deny", "Deny", "danger")],
  },
  schedule: {
    ...asking,
    about: "schedule",
    title: "Numbers of yesterday",
    text: "Every weekday at 9:00 · next Mon 24 Nov, 9:00 · last: done",
    options: [
      button("schedule.pause", "Pause"),
      button("schedule.resume", "Resume"),
      button("schedule.run", "Run now"),
      {
        ...button("schedule.delete", "Delete", "danger"),
        confirm: "Delete this schedule? What it has posted stays.",
      },
    ],
  },
  budget: {
    ...asking,
    about: "budget",
    text: "Paused at 5.00 USD, the limit of this channel. Done: 2 of 3 steps.",
    options: [
      button("budget.add", "Add 2 USD", "primary"),
      button("budget.finish", "Finish with what I have"),
      button("run.stop", "Stop", "danger"),
    ],
  },
  "account that is asked for": {
    ...asking,
    about: "grant",
    text: "I need your mail account to read the newest messages.",
    options: [
      {
        ...button("connect.open", "Connect mail", "primary"),
        url: "https://deputy.example/connect/sample-of-a-link",
      },
      button("connect.decline", "Not now"),
    ],
  },
  "account that may be used here": {
    ...asking,
    about: "grant",
    text: "May I use your mail account for this, where others read?",
    options: [button("grant.use_here", "Use it here", "primary"), button("connect.decline", "No", "danger")],
  },
  "accounts to choose from": {
    ...asking,
    about: "grant",
    title: "Your mail accounts",
    text: "• mail: ana@corp.example (this one is used)\n• mail: ana@home.example\nChoose another one, or connect one more.",
    options: [button("connect.use", "Use ana@home.example"), button("connect.another", "Connect another")],
  },
  "account that is connected": {
    ...asking,
    about: "grant",
    title: "mail is connected",
    text: "As ana@corp.example, for work that you ask for.\n• To end it later, write `disconnect mail`.",
    options: [button("connect.disconnect", "Disconnect", "danger")],
  },
  result: {
    kind: "result",
    outcome: "done",
    title: "Compare three vendors",
    text: "Vendor B costs **12 %** less than A.\n\n| Vendor | Price |\n| --- | --: |\n| A | 100 |\n| B | 88 |",
    ...requester,
    files: [file],
    footer: "Asked by Ana · took 4 min · 0.35 USD · run_1",
    buttons: [button("feedback.up", "Helpful"), button("feedback.down", "Not helpful")],
  },
  failure: {
    kind: "result",
    outcome: "failed",
    title: "Compare three vendors",
    text: "I could not finish this.",
    mentionName: "Ana",
    files: [],
    footer: "Asked by Ana · took 4 min · run_1",
    buttons: [button("run.retry", "Start over", "primary")],
  },
  "result that is kept back": {
    kind: "result",
    outcome: "done",
    title: "Compare three vendors",
    text: "It holds private matters, and others read here.",
    ...requester,
    files: [],
    footer: "Asked by Ana · took 4 min · run_1",
    buttons: [button("result.show_privately", "Show me"), button("result.post_here", "Post here")],
  },
  stopped: {
    kind: "result",
    outcome: "stopped",
    title: "Compare three vendors",
    text: "Stopped by Bo.",
    mentionName: "Ana",
    files: [],
    footer: "Asked by Ana · took 4 min · run_1",
    buttons: [button("run.resume", "Go on", "primary"), button("run.retry", "Start over")],
  },
  notice: { kind: "notice", text: "I'm quiet in this thread now.", files: [] },
  "code to link with": {
    kind: "notice",
    text: "To show me that you are the same person on another platform, write this to me there, in a direct message, within 10 minutes:\n\n`link abcde-fghjk`\n\nNothing is linked before you have confirmed it here.",
    files: [],
  },
};

const item: HomeItem = {
  title: "Compare three vendors",
  note: "Working, started 2026-11-23 09:00 UTC, 1.20 of 5.00 USD",
  buttons: [button("run.stop", "Stop", "danger")],
  at: { channel: "C01", thread: "1700000000.000100" },
};
const section = { items: Array.from({ length: 5 }, () => item), more: 3 };

const deciding: HomeItem = {
  title: "send_letter: bo@corp.example",
  note: "Asks for approval · asked for by Ana 2026-11-23 09:00 UTC · decide at its card",
  buttons: [button("approval.view", "View all")],
  at: { channel: "19:general@thread.tacv2", thread: "1700000000001", message: "1700000000002" },
};
const schedule: HomeItem = {
  title: "Numbers of yesterday",
  note: "Every weekday at 9:00 · next Mon 24 Nov, 9:00",
  buttons: [button("schedule.pause", "Pause"), button("schedule.run", "Run now")],
};
const account: HomeItem = {
  title: "mail: ana@corp.example",
  note: "read, send · this one is used",
  buttons: [button("connect.use", "Use this one"), button("connect.disconnect", "Disconnect", "danger")],
};
const elsewhere: HomeItem = {
  title: "You in Slack: Ana",
  note: "counts as you where two people have to decide, and where access is withdrawn",
  buttons: [
    {
      ...button("person.unlink", "Unlink", "danger"),
      confirm: "Nothing of what is yours here or there is lost by it.",
    },
  ],
};

export const samplePage: HomePage = {
  agent: "deputy",
  waiting: { items: [deciding, ...section.items.slice(1)], more: 3 },
  running: section,
  scheduled: { items: [schedule], more: 0 },
  recent: {
    items: section.items.map((one) => ({ ...one, note: "Done 23 Nov, 09:04 · took 4 min", buttons: [] })),
    more: 3,
  },
  connected: { items: [elsewhere, account], more: 0 },
  preferences: [
    ["Time zone", "Europe/Prague"],
    ["Quiet hours", "18:00 to 09:00, weekends"],
  ],
  may: ["Work with files you send me"],
  mayNot: ["Send anything outside without asking"],
};
