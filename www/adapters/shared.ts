/** One Langdu for all components of a page that want the same. */
import { Langdu, type LoadOptions } from 'langdu';

interface Share {
  langdu: Promise<Langdu>;
  users: number;
}

/** Values that can be told apart by their text; functions and signals belong to one caller, and have no place here. */
export type SharedOptions = Pick<LoadOptions, 'voice' | 'voiceUrl' | 'baseUrl' | 'workers'>;

const shares = new Map<string, Share>();

/** The key under which these options are shared. */
export function keyOf({ voice, voiceUrl, baseUrl, workers }: SharedOptions): string {
  const name = typeof voice === 'object' ? voice.name : voice;
  return JSON.stringify([name, voiceUrl && String(voiceUrl), baseUrl && String(baseUrl), workers]);
}

/** Loads, or joins those who have. Each call wants one of `release()`. */
export function acquire(options: SharedOptions): Promise<Langdu> {
  const key = keyOf(options);
  let share = shares.get(key);
  if (!share) {
    share = { langdu: Langdu.load(options), users: 0 };
    shares.set(key, share);
    // Who comes later tries again.
    share.langdu.catch(() => shares.delete(key));
  }
  share.users += 1;
  return share.langdu;
}

/** Lets go. What nobody holds a moment later is given back: frameworks take components away and put them back at once. */
export function release(options: SharedOptions): void {
  const key = keyOf(options);
  const share = shares.get(key);
  if (!share) return;
  share.users -= 1;
  setTimeout(() => {
    if (share.users > 0 || shares.get(key) !== share) return;
    shares.delete(key);
    share.langdu.then((langdu) => langdu.dispose()).catch(() => undefined);
  }, GRACE_MS);
}

const GRACE_MS = 1000;
