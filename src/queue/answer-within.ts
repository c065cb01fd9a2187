// A limit on how long we wait for a server that may hang. The system's own clock: the server is real, too.

/**
 * Rejects if `work` takes longer than `ms`. What comes of it later is ignored. An answer that is there already, and was not
 * read because this process was busy, still counts.
 */
export async function answerWithin<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    // Timers come before what the network brought; the immediate comes after it.
    timer = setTimeout(() => setImmediate(() => reject(new Error(`no answer within ${ms} ms`))), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
