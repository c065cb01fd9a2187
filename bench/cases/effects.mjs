// kill -9 inside the window of an outside effect: what is lost, what is done twice, and whether a person is asked where nobody can tell.

const profiles = ["sqlite", "postgres-redis"];
const nothing = (task, figure, name) => ({
  name: `${name}, ${task}`,
  figure: [task, "deputy", figure],
  atMost: 0,
  unit: "",
  worst: true,
});

export const effects = {
  name: "effects",
  title: "kill -9 inside the window of an outside effect",
  postgres: true,
  redis: true,
  warmUp: false,
  rounds: 5,
  subjects: ["deputy", "langgraph", "dbos", "bullmq"],
  tasks: profiles.map((profile) => ({
    name: profile,
    input: { profile, kills: 50, atOnce: 40, effects: 12 },
    quick: { kills: 5, atOnce: 10 },
    subjects: profile === "sqlite" ? ["deputy", "langgraph"] : ["deputy", "langgraph", "dbos", "bullmq"],
  })),
  goals: profiles.flatMap((task) => [
    nothing(task, "lost", "effects lost"),
    nothing(task, "repeated", "effects repeated"),
    nothing(task, "resultsTwice", "results said twice"),
    nothing(task, "notAskedOnce", "once in doubt, not asked exactly once"),
  ]),
};
