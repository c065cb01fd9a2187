// What the loop adds to a turn of one model call and one tool call, over a bare fetch loop against the same server.

const overheadAt = (task) => ({
  name: `overhead per turn over @openai/agents, ${task}`,
  figure: [task, "deputy", "msPerTurn"],
  over: [task, "openai-agents", "msPerTurn"],
  less: [task, "bare-fetch", "msPerTurn"],
  atMost: 0.8,
});

export const loopOverhead = {
  name: "loop-overhead",
  title: "Loop overhead per turn, journalled at SQLite FULL",
  subjects: ["deputy", "openai-agents", "bare-fetch"],
  tasks: [
    { name: "20 turns", input: { turns: 20, runs: 10, bytes: 300 }, quick: { runs: 3 } },
    { name: "100 turns", input: { turns: 100, runs: 3, bytes: 300 }, quick: { runs: 1 } },
  ],
  goals: [overheadAt("20 turns"), overheadAt("100 turns")],
};
