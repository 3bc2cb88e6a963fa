/** Text that is still being written, as a language model does. */

/** A text; or its pieces as they come, cut anywhere. Bytes are UTF-8. */
export type TextSource = string | AsyncIterable<string> | ReadableStream<string> | ReadableStream<Uint8Array>;

/** The pieces of a text that arrives. Leaving the loop tells the source that nothing more is wanted. */
export async function* pieces(source: Exclude<TextSource, string>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  for await (const piece of 'getReader' in source ? chunks(source) : source) {
    yield typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
  }
  yield decoder.decode();
}

/** Whether something is text that arrives. */
export function isArriving(source: unknown): source is Exclude<TextSource, string> {
  return typeof source === 'object' && source !== null && ('getReader' in source || Symbol.asyncIterator in source);
}

/** Not every browser iterates over its streams. */
async function* chunks(
  stream: ReadableStream<string> | ReadableStream<Uint8Array>,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  const reader = (stream as ReadableStream<string | Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
