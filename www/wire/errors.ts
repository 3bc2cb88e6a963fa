/** How far something was heard: the text up to `charIndex` (UTF-16 units), in `elapsedTime` seconds. */
export interface Heard {
  charIndex: number;
  elapsedTime: number;
}

/** An error with a stable `code`; the message is for people and may change. */
export class LangduError extends Error {
  readonly code: string;
  /** Where the text is wrong, in UTF-16 units, if it is. */
  readonly charIndex: number | undefined;
  /** What was heard of a speech that was ended. */
  readonly heard: Heard | undefined;

  constructor(
    code: string,
    message: string,
    { charIndex, heard, cause }: { charIndex?: number | undefined; heard?: Heard | undefined; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'LangduError';
    this.code = code;
    this.charIndex = charIndex;
    this.heard = heard;
  }
}

/** The form in which an error crosses a MessagePort. */
export interface ErrorMessage {
  code: string;
  message: string;
  charIndex?: number;
}

/** Keeps the code an error carries; anything without one counts as a fault of the worker. */
export function toErrorMessage(error: unknown): ErrorMessage {
  const { code, message, charIndex } = (error ?? {}) as { code?: unknown; message?: unknown; charIndex?: unknown };
  return {
    code: typeof code === 'string' ? code : 'E_WORKER',
    message: typeof message === 'string' ? message : String(error),
    ...(typeof charIndex === 'number' && { charIndex }),
  };
}

export function toLangduError(error: unknown): LangduError {
  if (error instanceof LangduError) return error;
  const { code, message, charIndex } = toErrorMessage(error);
  return new LangduError(code, message, { charIndex });
}

/** The error of a call that belongs on a page. */
export function notHere(): LangduError {
  return new LangduError(
    'E_NO_BROWSER',
    'langdu speaks in browsers: call it on the page, in an event handler or an effect, not on a server',
  );
}
