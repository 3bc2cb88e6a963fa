/** Why a request gets no sound: a stable code, a message for people and the HTTP status that fits. */
import { LangduError, toErrorMessage } from '../wire/errors.js';

const STATUS: Record<string, number> = {
  E_VOICE_UNKNOWN: 404,
  E_REQUEST_FORMAT: 400,
  E_REQUEST_SIZE: 413,
  E_REQUEST_ROUTE: 404,
  E_REQUEST_METHOD: 405,
  E_REQUEST_RANGE: 416,
  E_AUDIO_GONE: 404,
  E_SERVICE_BUSY: 503,
  E_SERVICE_PAGE: 503,
  E_SERVICE_TIME: 504,
};

export class Refusal extends LangduError {
  /** Headers beside the usual ones. */
  readonly headers: Record<string, string>;
  readonly status: number;

  constructor(code: string, message: string, { status = statusOf(code), headers = {} } = {}) {
    super(code, message);
    this.status = status;
    this.headers = status === 503 ? { 'retry-after': '1', ...headers } : headers;
  }
}

/** What is wrong with a text or an option is the client's to mend, everything else is ours. */
function statusOf(code: string): number {
  return STATUS[code] ?? (/^E_(TEXT|OPTION)_/.test(code) ? 400 : 500);
}

export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { code, message } = toErrorMessage(error);
  return new Refusal(code, message);
}

/** `error` is what clients of cloud services look for; the rest is langdu's own form. */
export function refuse(refusal: Refusal): Response {
  const { code, message, status, headers } = refusal;
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  const error = { message, type, code, param: null };
  return Response.json({ code, msg: message, data: null, error }, { status, headers });
}

export function success(data: unknown): Response {
  return Response.json({ code: 0, msg: 'success', data });
}
