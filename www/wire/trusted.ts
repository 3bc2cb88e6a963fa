/**
 * Addresses of scripts for pages that demand Trusted Types (`require-trusted-types-for 'script'`): they must allow the policy
 * `langdu`, and with `service-page.js` `langdu-service`, which let nothing through but files of the page's own origin.
 */

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): { createScriptURL(url: string): string | URL };
}

let policy: ReturnType<TrustedTypes['createPolicy']> | null = null;

/** The address as a browser with Trusted Types wants it. Throws where the page does not allow the policy. */
export function scriptUrl(url: string, name = 'langdu'): string | URL {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (!trustedTypes) return url;
  policy ??= trustedTypes.createPolicy(name, { createScriptURL: ownOrigin });
  return policy.createScriptURL(url);
}

/** A blob is of the origin that has made it. */
function ownOrigin(url: string): string {
  if (new URL(url, location.href).origin !== location.origin) throw new TypeError(`${url} is of another origin`);
  return url;
}
