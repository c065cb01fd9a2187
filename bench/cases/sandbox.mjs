// What a command costs before it does anything.

const task = "bash -c true";
const figure = (subject) => [task, subject, "medianMs"];

export const sandbox = {
  name: "sandbox",
  title: "Launch of a command in the sandbox",
  subjects: ["deputy", "bubblewrap"],
  tasks: [{ name: task, input: { launches: 60 }, quick: { launches: 15 } }],
  goals: [
    { name: "over bubblewrap alone", figure: figure("deputy"), over: figure("bubblewrap"), atMost: 1.5 },
  ],
};
