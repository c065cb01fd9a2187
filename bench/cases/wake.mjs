// From a message to the beginning of its run's segment, into a quiet system.

export const wake = {
  name: "wake",
  title: "Message to segment, into a quiet system",
  redis: true,
  subjects: ["embedded", "redis", "bullmq"],
  tasks: [{ name: "one by one", input: { messages: 200 }, quick: { messages: 50 } }],
  goals: [
    {
      name: "p50 over a bare BullMQ job",
      figure: ["one by one", "redis", "p50Ms"],
      over: ["one by one", "bullmq", "p50Ms"],
      atMost: 1.7,
    },
    { name: "p50, embedded", figure: ["one by one", "embedded", "p50Ms"], atMost: 10, unit: "ms" },
  ],
};
