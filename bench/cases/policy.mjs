// What judging one call costs at 200 rules of a file that many people have added to.

export const policy = {
  name: "policy",
  title: "One decision of policy at 200 rules",
  subjects: ["deputy"],
  tasks: [{ name: "200 rules", input: { rules: 200, calls: 20_000 }, quick: { calls: 2_000 } }],
  goals: [{ name: "decision, mean", figure: ["200 rules", "deputy", "meanMicros"], atMost: 100, unit: "µs" }],
};
