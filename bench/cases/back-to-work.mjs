// From kill -9 to the next act of the runs that it cut off.

const task = "killed in the midst of an effect";
const figure = (subject, name) => [task, subject, name];

export const backToWork = {
  name: "back-to-work",
  title: "Back to work after kill -9",
  postgres: true,
  redis: true,
  warmUp: false,
  rounds: 5,
  subjects: ["deputy", "deputy-elsewhere", "dbos", "bullmq"],
  tasks: [{ name: task, input: { kills: 8, slowKills: 1, effects: 1_000 }, quick: { kills: 2 } }],
  goals: [
    { name: "p95, same machine", figure: figure("deputy", "p95Ms"), atMost: 500, unit: "ms" },
    { name: "p95, another machine", figure: figure("deputy-elsewhere", "p95Ms"), atMost: 20_000, unit: "ms" },
    {
      name: "p95, same machine, over DBOS started again",
      figure: figure("deputy", "p95Ms"),
      over: figure("dbos", "p95Ms"),
      atMost: 0.4,
    },
  ],
};
