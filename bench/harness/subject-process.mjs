// One subject of one case, in a process of its own: opened once, asked once per round, closed at the end.

const [caseName, name] = process.argv.slice(2);

async function serve() {
  const { openSubject } = await import(`../subjects/${caseName}/${name}.mjs`);
  const subject = await openSubject({
    redisUrl: process.env.BENCH_REDIS_URL,
    postgresUrl: process.env.BENCH_POSTGRES_URL,
  });
  process.on("message", (message) => {
    void (message.close ? close(subject) : answer(subject, message.input));
  });
  process.on("disconnect", () => process.exit());
  process.send({ figures: {} });
}

async function answer(subject, input) {
  try {
    globalThis.gc?.();
    process.send({ figures: await subject.measure(input) });
  } catch (error) {
    process.send({ failed: error.stack ?? String(error) });
  }
}

async function close(subject) {
  await subject.close?.();
  process.exit();
}

serve().catch((error) => {
  process.send({ failed: error.stack ?? String(error) }, () => process.exit(1));
});
