// One durable step: what is left of a step when model and tool take no time.

export const durableStep = {
  name: "durable-step",
  title: "One durable step at SQLite FULL",
  subjects: ["deputy", "deputy-journal", "raw-sqlite", "langgraph"],
  tasks: [
    { name: "1 run", input: { runs: 5, together: 1, steps: 100, bytes: 300 }, quick: { runs: 2 } },
    {
      name: "16 runs",
      input: { runs: 32, together: 16, steps: 100, bytes: 300 },
      quick: { runs: 16, steps: 50 },
    },
  ],
  goals: [
    {
      name: "ms per step over a raw transaction, 1 run",
      figure: ["1 run", "deputy", "msPerStep"],
      over: ["1 run", "raw-sqlite", "msPerStep"],
      atMost: 3,
    },
    {
      name: "ms per step over LangGraph, 1 run",
      figure: ["1 run", "deputy", "msPerStep"],
      over: ["1 run", "langgraph", "msPerStep"],
      atMost: 0.3,
    },
    {
      name: "ms per step over LangGraph, 16 runs",
      figure: ["16 runs", "deputy", "msPerStep"],
      over: ["16 runs", "langgraph", "msPerStep"],
      atMost: 0.15,
    },
  ],
};
