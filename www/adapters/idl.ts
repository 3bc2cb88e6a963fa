/** What classes written by hand lack to be interfaces of the platform. */

type Handler<E extends Event> = ((event: E) => unknown) | null;

/** Gives a class the looks of an interface: a name in messages, members that can be listed. `illegal`: pages can't construct it. */
export function asInterface(
  type: { readonly prototype: object; readonly name: string },
  name: string,
  illegal = false,
): void {
  const { prototype } = type;
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (key !== 'constructor') Object.defineProperty(prototype, key, { ...descriptor, enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  Object.defineProperty(type, 'name', { value: name, configurable: true });
  if (illegal) Object.defineProperty(type, 'length', { value: 0, configurable: true });
}

/** Gives a class of event targets its `on…` attributes. */
export function withHandlers(
  target: { new (...given: never[]): EventTarget; readonly prototype: EventTarget },
  types: readonly string[],
): void {
  for (const type of types) {
    const handlers = new WeakMap<EventTarget, { handler: Handler<Event>; listener: (event: Event) => void }>();
    const attribute = {
      get [`on${type}`](): Handler<Event> {
        if (!(this instanceof target)) throw new TypeError('Illegal invocation');
        return handlers.get(this)?.handler ?? null;
      },
      set [`on${type}`](value: unknown) {
        if (!(this instanceof target)) throw new TypeError('Illegal invocation');
        const handler = typeof value === 'function' ? (value as Handler<Event>) : null;
        const known = handlers.get(this);
        if (known) known.handler = handler;
        else if (handler) {
          // One listener, so that a handler keeps its place among the others when it is exchanged.
          const entry = { handler, listener: (event: Event) => void entry.handler?.call(this, event) };
          handlers.set(this, entry);
          this.addEventListener(type, entry.listener);
        }
      },
    };
    Object.defineProperties(target.prototype, Object.getOwnPropertyDescriptors(attribute));
  }
}

/** A `float` attribute. */
export function float(value: unknown, name: string): number {
  const number = Math.fround(Number(value));
  if (Number.isFinite(number)) return number;
  throw new TypeError(`${name} must be a finite number`);
}
