/** What classes written by hand lack to be interfaces of the platform. */

type Handler<E extends Event> = ((event: E) => unknown) | null;

/** Gives a class the looks of an interface: a name in messages, members that can be listed. */
export function asInterface(type: { readonly prototype: object; readonly name: string }, name: string): void {
  const { prototype } = type;
  for (const [key, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (key !== 'constructor') Object.defineProperty(prototype, key, { ...descriptor, enumerable: true });
  }
  Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  Object.defineProperty(type, 'name', { value: name, configurable: true });
}

/** Gives a class of event targets its `on…` attributes. */
export function withHandlers(target: { readonly prototype: EventTarget }, types: readonly string[]): void {
  for (const type of types) {
    const handlers = new WeakMap<EventTarget, { handler: Handler<Event>; listener: (event: Event) => void }>();
    Object.defineProperty(target.prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get(this: EventTarget): Handler<Event> {
        return handlers.get(this)?.handler ?? null;
      },
      set(this: EventTarget, value: unknown) {
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
    });
  }
}

/** A `float` attribute. */
export function float(value: unknown, name: string): number {
  const number = Math.fround(Number(value));
  if (Number.isFinite(number)) return number;
  throw new TypeError(`${name} must be a finite number`);
}
