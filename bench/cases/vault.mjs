// What keeping tokens sealed costs a run, and how often a service is asked for new ones.

const task = "200 runs";
const figure = (subject, name) => [task, subject, name];

export const vault = {
  name: "vault",
  title: "Tokens of connections: opened, fetched, renewed",
  subjects: ["decrypt", "token", "refresh"],
  tasks: [
    {
      name: task,
      input: { opened: 20_000, runs: 200, seconds: 10, callers: 50, repeats: 50 },
      quick: { opened: 2_000, seconds: 3, repeats: 10 },
    },
  ],
  goals: [
    { name: "opening a token, mean", figure: figure("decrypt", "meanMicros"), atMost: 100, unit: "µs" },
    { name: "fetching a token, p99", figure: figure("token", "p99Ms"), atMost: 2, unit: "ms" },
    {
      name: "refreshes an expiry, at most",
      figure: figure("refresh", "mostPerExpiry"),
      atMost: 1,
      worst: true,
    },
    { name: "rotated tokens lost", figure: figure("refresh", "lost"), atMost: 0, worst: true },
  ],
};
