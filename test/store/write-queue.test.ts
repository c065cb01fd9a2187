import { describe, expect, it } from "vitest";
import { createWriteQueue, type Write, type WriteConnection } from "../../src/store/write-queue.ts";

interface Scripted extends WriteConnection {
  readonly calls: string[];
}

/** A connection that notes what is asked of it, and fails where the case says so. */
function aConnection(failing: Partial<Record<string, Error>> = {}): Scripted {
  const calls: string[] = [];
  let open = false;
  const note = (name: string, after?: boolean) => (): void => {
    calls.push(name);
    const failure = failing[name];
    if (failure) throw failure;
    if (after !== undefined) open = after;
  };
  return {
    calls,
    begin: note("begin", true),
    commit: note("commit", false),
    rollback: note("rollback", false),
    savepoint: note("savepoint"),
    release: note("release"),
    rollbackToSavepoint: note("rollback to"),
    inTransaction: () => open,
    failure: (error) => error,
  };
}

function aWrite<T>(run: () => Promise<T>): Write<T> {
  return { run, end: () => undefined };
}

const fails = (text: string) => aWrite(() => Promise.reject(new Error(text)));
const gives = <T>(value: T) => aWrite(() => Promise.resolve(value));

const awaited = <T>(write: Write<T>): Write<T> => ({ ...write, awaited: true });

/** A queue with what was written and committed through it, in order. */
function inOrder() {
  const order: string[] = [];
  const connection = aConnection();
  const queue = createWriteQueue({
    ...connection,
    commit: () => {
      order.push("commit");
      connection.commit();
    },
  });
  const notes = (name: string) => aWrite(async () => void order.push(name));
  return { order, queue, notes };
}

describe("store/write-queue", () => {
  it("S2: takes no savepoint for a write that is alone", async () => {
    const connection = aConnection();

    expect(await createWriteQueue(connection).add(gives(1))).toBe(1);

    expect(connection.calls).toEqual(["begin", "commit"]);
  });

  it("S2: puts the writes of a tick into one transaction, each in its own savepoint", async () => {
    const connection = aConnection();
    const queue = createWriteQueue(connection);

    await Promise.all([queue.add(gives(1)), queue.add(gives(2))]);

    expect(connection.calls).toEqual(["begin", "savepoint", "release", "savepoint", "release", "commit"]);
  });

  it("WQ2: undoes a failing write alone", async () => {
    const connection = aConnection();
    const queue = createWriteQueue(connection);

    const outcomes = await Promise.allSettled([
      queue.add(gives(1)),
      queue.add(fails("no")),
      queue.add(gives(3)),
    ]);

    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(connection.calls).toEqual([
      "begin",
      "savepoint",
      "release",
      "savepoint",
      "rollback to",
      "release",
      "savepoint",
      "release",
      "commit",
    ]);
  });

  it("WQ2: fails every write of the batch when the commit fails, and goes on", async () => {
    const failing: Record<string, Error> = { commit: new Error("disk") };
    const connection = aConnection(failing);
    const queue = createWriteQueue(connection);

    const outcomes = await Promise.allSettled([queue.add(gives(1)), queue.add(gives(2))]);
    delete failing["commit"];

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(connection.calls.at(-1)).toBe("rollback");
    expect(await queue.add(gives(3))).toBe(3);
  });

  it("fails the batch when no transaction can be begun", async () => {
    const connection = aConnection({ begin: new Error("busy") });
    const queue = createWriteQueue(connection);

    const outcomes = await Promise.allSettled([queue.add(gives(1)), queue.add(gives(2))]);

    expect(outcomes).toMatchObject([{ reason: { message: "busy" } }, { reason: { message: "busy" } }]);
  });

  it("promises nothing before the commit", async () => {
    const order: string[] = [];
    const connection = aConnection();
    const queue = createWriteQueue({
      ...connection,
      commit: () => {
        order.push("commit");
        connection.commit();
      },
    });

    await queue.add(gives(1)).then(() => order.push("resolved"));

    expect(order).toEqual(["commit", "resolved"]);
  });

  it("ends each write before its promise settles", async () => {
    const queue = createWriteQueue(aConnection());
    let ended = false;

    await queue.add({ run: () => Promise.resolve(1), end: () => void (ended = true) });

    expect(ended).toBe(true);
  });

  it("takes what is asked for during a batch into the next one", async () => {
    const connection = aConnection();
    const queue = createWriteQueue(connection);
    let second: Promise<number> | undefined;

    await queue.add(
      aWrite(async () => {
        second = queue.add(gives(2));
      }),
    );

    expect(await second).toBe(2);
    expect(connection.calls).toEqual(["begin", "commit", "begin", "commit"]);
  });

  it("refuses what comes after it was closed", async () => {
    const queue = createWriteQueue(aConnection());
    await queue.close();

    await expect(queue.add(gives(1))).rejects.toMatchObject({ code: "store.closed" });
  });

  it("WQ7: commits what somebody waits for before what nobody does", async () => {
    const { order, queue, notes } = inOrder();

    await Promise.all([queue.add(notes("late")), queue.add(awaited(notes("first")))]);

    expect(order).toEqual(["first", "commit", "late", "commit"]);
  });

  it("WQ7: has what nobody waits for in every second batch, however many come before it", async () => {
    const { order, queue, notes } = inOrder();
    let left = 5;
    const again = async (): Promise<void> => {
      left -= 1;
      await queue.add(awaited(notes("awaited")));
      if (left > 0) await again();
    };

    await Promise.all([again(), queue.add(notes("other"))]);

    expect(order.slice(0, 5)).toEqual(["awaited", "commit", "awaited", "other", "commit"]);
  });

  it("WQ7: has some of what nobody waits for in the second batch, though there is more that is waited for than a batch holds", async () => {
    const { order, queue, notes } = inOrder();
    const flood = Array.from({ length: 300 }, () => queue.add(awaited(notes("awaited"))));

    await Promise.all([...flood, queue.add(notes("other"))]);

    expect(order.slice(0, order.indexOf("other")).filter((what) => what === "commit")).toHaveLength(1);
  });

  it("WQ5, WQ7: has it in the second batch where batches take long, too", async () => {
    const { order, queue, notes } = inOrder();
    const slowly = aWrite(async () => {
      const until = performance.now() + 2;
      while (performance.now() < until);
      order.push("awaited");
    });
    const flood = Array.from({ length: 40 }, () => queue.add(awaited(slowly)));

    await Promise.all([...flood, queue.add(notes("other"))]);

    expect(order.slice(0, order.indexOf("other")).filter((what) => what === "commit")).toHaveLength(1);
  });

  it("WQ5: ends a batch that takes long, and takes the rest into the next, each once", async () => {
    const { order, queue } = inOrder();
    const slowly = (name: string) =>
      aWrite(async () => {
        const until = performance.now() + 2;
        while (performance.now() < until);
        order.push(name);
      });
    const names = Array.from({ length: 12 }, (_, n) => `w${n}`);

    await Promise.all(names.map((name) => queue.add(slowly(name))));

    expect(order.filter((what) => what !== "commit")).toEqual(names);
    expect(order.indexOf("commit")).toBe(8);
  });

  it("fails all that were to share the batch when no transaction can be begun, those behind the time as well", async () => {
    const queue = createWriteQueue(aConnection({ begin: new Error("busy") }));

    const outcomes = await Promise.allSettled(Array.from({ length: 70 }, (_, n) => queue.add(gives(n))));

    expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(70);
  });
});
