// From the click that answers a question to the beginning of the run's next segment, into a quiet system; with nothing else that waits,
// and with 100,000 other runs that do.

const task = "one by one";
const figure = (subject, name) => [task, subject, name];

export const click = {
  name: "click",
  title: "Click to the run's code, into a quiet system",
  redis: true,
  subjects: ["embedded", "embedded-many", "redis", "redis-many", "bullmq"],
  tasks: [{ name: task, input: { clicks: 200 }, quick: { clicks: 30 } }],
  goals: [
    {
      name: "p50 over a bare BullMQ job",
      figure: figure("redis", "p50Ms"),
      over: figure("bullmq", "p50Ms"),
      atMost: 1.7,
    },
    { name: "p99, Redis", figure: figure("redis", "p99Ms"), atMost: 20, unit: "ms" },
    { name: "p99, embedded", figure: figure("embedded", "p99Ms"), atMost: 20, unit: "ms" },
    ...["redis", "embedded"].map((queue) => ({
      name: `p50 with 100,000 that wait, ${queue}`,
      figure: figure(`${queue}-many`, "p50Ms"),
      over: figure(queue, "p50Ms"),
      atMost: 2,
    })),
  ],
};
