// How long a chat platform waits for its 200, which is sent when the event is on disk.

const tasks = ["overheard", "each starts a run"];

export const inbound = {
  name: "inbound",
  title: "Acknowledging 200 events a second, each committed before its 200",
  subjects: ["deputy", "plain-http"],
  tasks: tasks.map((name, place) => ({
    name,
    input: { perSecond: 200, seconds: 5, mentionsAgent: place === 1 },
    quick: { seconds: 2 },
  })),
  goals: tasks.map((task) => ({
    name: `p99, ${task}`,
    figure: [task, "deputy", "p99Ms"],
    atMost: 15,
    unit: "ms",
  })),
};
