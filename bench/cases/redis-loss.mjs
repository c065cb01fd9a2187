// Redis killed without a log, or emptied, while runs are under way and more of them wait for their bell.

const tasks = ["killed", "emptied"];

export const redisLoss = {
  name: "redis-loss",
  title: "Redis goes, under load",
  postgres: true,
  warmUp: false,
  rounds: 3,
  subjects: ["deputy", "bullmq"],
  tasks: tasks.map((how) => ({
    name: how,
    input: { how, tasks: 8, effects: 120 },
    quick: { effects: 60 },
  })),
  goals: tasks.flatMap((how) => [
    { name: `runs lost, ${how}`, figure: [how, "deputy", "lost"], atMost: 0, unit: "", worst: true },
    {
      name: `all of them move, ${how}`,
      figure: [how, "deputy", "movingMs"],
      atMost: 5_000,
      unit: "ms",
      worst: true,
    },
  ]),
};
