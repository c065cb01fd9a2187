// Getting ready, and what an idle installation costs.

// Ten to twenty seconds after the start V8 collects once what the start left behind: that is not idling.
export const start = {
  name: "start",
  title: "Start and idle of the default installation",
  warmUp: false,
  rounds: 3,
  subjects: ["deputy"],
  tasks: [
    {
      name: "deputy start",
      input: { settleSeconds: 30, idleSeconds: 20 },
      quick: { settleSeconds: 30, idleSeconds: 5 },
    },
  ],
  goals: [
    { name: "ready", figure: ["deputy start", "deputy", "readyMs"], atMost: 2_000, unit: "ms" },
    { name: "resident memory, idle", figure: ["deputy start", "deputy", "rssMiB"], atMost: 200, unit: "MiB" },
    { name: "share of a core, idle", figure: ["deputy start", "deputy", "cpuPercent"], atMost: 1, unit: "%" },
  ],
};
