// What a worker still does that was frozen past its lease, when it thaws and somebody else has its runs.

const task = "frozen past its lease";
const none = (metric, name) => ({ name, figure: [task, "deputy", metric], atMost: 0, unit: "", worst: true });

export const zombie = {
  name: "zombie",
  title: "A worker that was frozen and thaws",
  postgres: true,
  redis: true,
  warmUp: false,
  rounds: 5,
  subjects: ["deputy", "bullmq"],
  tasks: [{ name: task, input: { effects: 150 }, quick: { effects: 80 } }],
  goals: [
    none("zombieEffects", "effects of the zombie"),
    none("zombieRows", "rows of the zombie"),
    none("resultsTwice", "results said twice"),
  ],
};
