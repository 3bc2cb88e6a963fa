/** Views that are fetched when they are opened first. */
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export function lazy<Props extends object>(fetchView: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let ready: ComponentType<Props> | null = null;
  return (props: Props) => {
    const [View, setView] = useState<ComponentType<Props> | null>(() => ready);
    useEffect(() => {
      if (View) return;
      void fetchView().then((fetched) => {
        ready = fetched;
        setView(() => fetched);
      });
    }, [View]);
    return View ? <View {...props} /> : null;
  };
}
