// What a long run leaves on the disk, and whether its late steps cost more than its early ones.

export const storedBytes = {
  name: "stored-bytes",
  title: "Stored bytes and evenness of a run of 400 steps of 2 KB",
  subjects: ["deputy", "langgraph"],
  tasks: [
    { name: "128k window", input: { steps: 400, bytes: 2_048, contextTokens: 128_000 } },
    {
      name: "no compaction",
      input: { steps: 400, bytes: 2_048, contextTokens: 10_000_000 },
      subjects: ["deputy"],
    },
  ],
  goals: ["128k window", "no compaction"].flatMap((task) => [
    {
      name: `database bytes over payload, ${task}`,
      figure: [task, "deputy", "bytesOverPayload"],
      atMost: 3,
      unit: "×",
    },
    {
      name: `step 400 over step 100, ${task}`,
      figure: [task, "deputy", "lateOverEarly"],
      atMost: 1.2,
      unit: "×",
    },
  ]),
};
