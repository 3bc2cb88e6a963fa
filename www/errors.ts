/** An error with a stable `code`; the message is for people and may change. */
export class LangduError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'LangduError';
    this.code = code;
  }
}

/** The form in which an error crosses a MessagePort. */
export interface ErrorMessage {
  code: string;
  message: string;
}

/** Keeps the code an error carries; anything without one counts as a fault of the worker. */
export function toErrorMessage(error: unknown): ErrorMessage {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return {
    code: typeof code === 'string' ? code : 'E_WORKER',
    message: typeof message === 'string' ? message : String(error),
  };
}

export function toLangduError(error: unknown): LangduError {
  if (error instanceof LangduError) return error;
  const { code, message } = toErrorMessage(error);
  return new LangduError(code, message);
}
