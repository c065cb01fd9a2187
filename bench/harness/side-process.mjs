// A second process of a subject: forked from a module that calls `serveSide`, asked by messages, ended with its parent.

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `onNews` gets what the side process tells, but for its first message, which says that it is ready. */
export async function startSide(moduleUrl, options, onNews = () => undefined) {
  const child = fork(fileURLToPath(moduleUrl), [JSON.stringify(options)], {
    execArgv: ["--expose-gc", "--no-warnings"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced",
  });
  const exited = once(child, "exit");
  const ended = exited.then(([code, signal]) => {
    throw new Error(`A side process ended: ${signal ?? code}`);
  });
  ended.catch(() => undefined);
  const [ready] = await Promise.race([once(child, "message"), ended]);
  child.on("message", onNews);
  return {
    ready,
    child,
    async ask(question) {
      child.send(question);
      const [answer] = await Promise.race([once(child, "message"), ended]);
      return answer;
    },
    async close() {
      if (child.connected) child.send("close");
      await exited;
    },
  };
}

/** For the side process: `open` returns `{ news?, answer?, close }`. */
export async function serveSide(open) {
  const options = JSON.parse(process.argv[2] ?? "{}");
  const side = await open(options, (news) => process.send(news));
  process.on("message", (message) => {
    void (message === "close" ? end(side) : side.answer(message).then((answer) => process.send(answer)));
  });
  process.on("disconnect", () => process.exit());
  process.send(side.ready ?? "ready");
}

async function end(side) {
  await side.close();
  process.exit();
}
