// The record: what an event adds to a durable step, and how long an export takes to verify.

const journal = { runs: 6, together: 1, steps: 200, bytes: 300 };

export const audit = {
  name: "audit",
  title: "The audit log",
  subjects: ["journal", "journal-event", "verify"],
  tasks: [
    {
      name: "1 run, 100,000 events",
      input: { ...journal, events: 100_000 },
      quick: { runs: 2, events: 20_000 },
    },
  ],
  goals: [
    {
      name: "ms per step with an event over the same without",
      figure: ["1 run, 100,000 events", "journal-event", "msPerStep"],
      over: ["1 run, 100,000 events", "journal", "msPerStep"],
      atMost: 1.05,
    },
    {
      name: "verifying 100,000 events",
      figure: ["1 run, 100,000 events", "verify", "seconds"],
      atMost: 2,
      unit: "s",
    },
  ],
};
