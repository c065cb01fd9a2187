// Runs a second with one worker process and with two. All share the cores: workers, Postgres, Redis and the model's server.

const tasks = [
  { name: "model answers at once", thinkMs: 0 },
  { name: "model thinks for 50 ms", thinkMs: 50 },
];

export const scaling = {
  name: "scaling",
  title: "1,000 runs of 20 steps, by one worker process and by two",
  postgres: true,
  redis: true,
  warmUp: false,
  rounds: 3,
  subjects: ["one", "two"],
  tasks: tasks.map(({ name, thinkMs }) => ({
    name,
    input: { runs: 1_000, turns: 10, thinkMs },
    quick: { runs: 60 },
  })),
  goals: tasks.map(({ name }) => ({
    name: `runs a second by two over one, ${name}`,
    figure: [name, "two", "runsPerSecond"],
    over: [name, "one", "runsPerSecond"],
    atLeast: 1.6,
  })),
};
