// Signed messages at the door of Teams, each stored before its 200, beside a bare botbuilder app that echoes nothing and stores nothing.

export const teams = {
  name: "teams",
  title: "Signed messages of Teams, stored before the 200, beside a bare botbuilder app that stores nothing",
  subjects: ["deputy", "botbuilder"],
  tasks: [
    { name: "50 connections", input: { connections: 50, messages: 2_500 }, quick: { messages: 1_000 } },
    { name: "100 a second", input: { perSecond: 100, messages: 1_000 }, quick: { messages: 400 } },
  ],
  goals: [
    {
      name: "p99 over botbuilder, 100 a second",
      figure: ["100 a second", "deputy", "p99Ms"],
      over: ["100 a second", "botbuilder", "p99Ms"],
      atMost: 2,
    },
  ],
};
