// Signed mentions at Slack's door, each stored before its 200, beside a bare Bolt app that stores nothing.

export const slack = {
  name: "slack",
  title: "Signed mentions, stored before the 200, beside a bare Bolt app that stores nothing",
  subjects: ["deputy", "bolt"],
  tasks: [
    { name: "50 connections", input: { connections: 50, mentions: 2_500 }, quick: { mentions: 1_000 } },
    { name: "200 a second", input: { perSecond: 200, mentions: 1_000 }, quick: { mentions: 400 } },
  ],
  goals: [
    {
      // The goal is at least half of Bolt's throughput: Bolt's is at most twice ours.
      name: "Bolt's throughput over ours, 50 connections",
      figure: ["50 connections", "bolt", "perSecond"],
      over: ["50 connections", "deputy", "perSecond"],
      atMost: 2,
    },
    {
      name: "p50 over Bolt, 200 a second",
      figure: ["200 a second", "deputy", "p50Ms"],
      over: ["200 a second", "bolt", "p50Ms"],
      atMost: 2.5,
    },
    { name: "p99, 200 a second", figure: ["200 a second", "deputy", "p99Ms"], atMost: 15, unit: "ms" },
  ],
};
