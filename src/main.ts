#!/usr/bin/env node
// The one entry: checks the Node version before anything is loaded that would crash on an older one, then hands the
// environment to the command line. Nothing else in `src` reads `process.env`.

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `Deputy needs Node 20.19 or newer; this is ${process.versions.node}. Install a newer Node.\n`,
  );
  process.exit(1);
}

const { runCli } = await import("./cli/run-cli.ts");
const { keepStandardStreams } = await import("./cli/standard-streams.ts");

const streams = keepStandardStreams(process.stdout, process.stderr);

// The clock's timers don't keep a process alive, so that a forgotten one holds nothing up; the running command does.
const alive = setInterval(() => undefined, 60_000);
const code = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
});
const exitCode = await streams.end(code);
clearInterval(alive);
// The command has ended and so does the process: idle connections of its clients would keep it for seconds.
process.exit(exitCode);
