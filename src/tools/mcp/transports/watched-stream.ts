// An event stream that tells when it ends, and whether it can be taken up again from where it was.

/** Its reader has had everything when `onEnd` is called. `resumable`: an event had an id. */
export function watchedStream(
  body: ReadableStream<Uint8Array>,
  onEnd: (resumable: boolean) => void,
): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  const decoder = new TextDecoder();
  let resumable = false;
  let line = "";
  const look = (piece: Uint8Array): void => {
    if (resumable) return;
    const lines = (line + decoder.decode(piece, { stream: true })).split(/\r\n|\r|\n/);
    line = (lines.pop() ?? "").slice(0, 8); // enough to tell what a line begins with
    resumable = lines.some((one) => /^id: ?./.test(one));
  };
  // Streams hand on in microtasks: what was enqueued is read before the next turn of the loop.
  const end = (): void => void setImmediate(() => setImmediate(() => onEnd(resumable)));
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const piece = await pieces.next();
        if (piece.done) {
          end();
          return controller.close();
        }
        look(piece.value);
        controller.enqueue(piece.value);
      } catch (error) {
        end();
        throw error;
      }
    },
    async cancel() {
      end();
      await pieces.return?.();
    },
  });
}
