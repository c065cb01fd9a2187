// What waiting runs cost a process that has nothing else to do.

export const waiting = {
  name: "waiting",
  title: "10,000 waiting runs",
  warmUp: false,
  subjects: ["none", "ten", "ten-thousand"],
  tasks: [
    {
      name: "idle, then woken",
      input: { settleMs: 4_000, wakes: 100 },
      quick: { settleMs: 1_500, wakes: 20 },
    },
  ],
  goals: [
    {
      name: "resident memory more than with none",
      figure: ["idle, then woken", "ten-thousand", "rssMiB"],
      less: ["idle, then woken", "none", "rssMiB"],
      atMost: 20,
      unit: "MiB",
    },
    {
      name: "bells in the queue",
      figure: ["idle, then woken", "ten-thousand", "queued"],
      atMost: 0,
      unit: "",
    },
    {
      name: "answer to segment, p50, over that with ten",
      figure: ["idle, then woken", "ten-thousand", "wakeMs"],
      over: ["idle, then woken", "ten", "wakeMs"],
      atMost: 1.2,
    },
  ],
};
