// One durable step on Postgres: what is left of a step when model and tool take no time.

const over = (task, subject, atMost) => ({
  name: `ms per step over ${subject}, ${task}`,
  figure: [task, "deputy", "msPerStep"],
  over: [task, subject, "msPerStep"],
  atMost,
});

export const durableStepPg = {
  name: "durable-step-pg",
  title: "One durable step on Postgres",
  postgres: true,
  subjects: ["deputy", "dbos", "langgraph"],
  tasks: [
    { name: "1 run", input: { runs: 5, together: 1, steps: 100, bytes: 300 }, quick: { runs: 2 } },
    {
      name: "16 runs",
      input: { runs: 32, together: 16, steps: 100, bytes: 300 },
      quick: { runs: 16, steps: 50 },
    },
  ],
  goals: ["1 run", "16 runs"].flatMap((task) => [over(task, "dbos", 0.4), over(task, "langgraph", 0.3)]),
};
