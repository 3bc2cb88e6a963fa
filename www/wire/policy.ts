/** What the Content-Security-Policy refuses: a request that it stops looks like one that found no network. */
import { LangduError } from './errors.js';

/** What has been refused so far, by address. */
const refused = new Map<string, string>();
let listening = false;

/** Begins to note what is refused, on a page or in a worker. */
export function watchPolicy(): void {
  if (listening) return;
  listening = true;
  const scope: EventTarget = (globalThis as { document?: EventTarget }).document ?? globalThis;
  scope.addEventListener('securitypolicyviolation', (event) => {
    const { blockedURI, effectiveDirective } = event as SecurityPolicyViolationEvent;
    refused.set(blockedURI, effectiveDirective);
  });
}

/** The error of an absolute address that is refused, when the browser has had the time to say so: the event comes after the refusal. */
export async function refusal(url: string): Promise<LangduError | null> {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const { origin, protocol } = new URL(url);
  // Some browsers name the origin, or the scheme, alone.
  const directive = refused.get(url) ?? refused.get(origin) ?? refused.get(protocol.slice(0, -1));
  if (!directive) return null;
  const source = origin === location.origin ? "'self'" : origin === 'null' ? protocol : origin;
  return new LangduError('E_FILE_BLOCKED', `The Content-Security-Policy refuses ${url}: ${directive} needs ${source}`);
}
