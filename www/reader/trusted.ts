/**
 * The app demands Trusted Types of itself and of what it is built with: scripts come from its own origin alone, and no text becomes
 * elements of the page. What is parsed into a document of its own, as books are, stays as it is: nothing of it runs there.
 */

interface Rules {
  createScriptURL(url: string): string;
  createHTML(html: string, type: string, sink: string): string;
}

const { trustedTypes } = window as { trustedTypes?: { createPolicy(name: 'default', rules: Rules): unknown } };

trustedTypes?.createPolicy('default', {
  createScriptURL(url) {
    if (new URL(url, document.baseURI).origin !== location.origin) throw new TypeError(`${url} is of another origin`);
    return url;
  },
  createHTML: (html, _type, sink) => (sink.startsWith('DOMParser') ? html : html.replaceAll('<', '&lt;')),
});
