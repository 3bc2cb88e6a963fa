/** Which view is open, from the address. */
import { signal } from '@preact/signals';

export type Route = { view: 'library' } | { view: 'book'; id: string } | { view: 'settings' } | { view: 'paste' };

export const route = signal<Route>({ view: 'library' });

function parse(hash: string): Route {
  const [view, id] = hash.replace(/^#\/?/, '').split('/');
  if (view === 'book' && id) return { view: 'book', id: decodeURIComponent(id) };
  if (view === 'settings' || view === 'paste') return { view };
  return { view: 'library' };
}

export function link(to: Route): string {
  if (to.view === 'library') return '#/';
  return to.view === 'book' ? `#/book/${encodeURIComponent(to.id)}` : `#/${to.view}`;
}

export function go(to: Route, replace = false): void {
  if (replace) history.replaceState(null, '', link(to));
  else if (location.hash !== link(to)) history.pushState(null, '', link(to));
  route.value = to;
}

export function startRouter(): void {
  const update = () => {
    route.value = parse(location.hash);
  };
  addEventListener('popstate', update);
  addEventListener('hashchange', update);
  update();
}
