/** What open tabs of the app tell each other. */

/** The shelf or a book has changed; settings have changed; a voice begins to speak. */
type News = 'shelf' | 'settings' | 'voice';

const channel = 'BroadcastChannel' in globalThis ? new BroadcastChannel('langdu-reader') : null;

export function tell(news: News): void {
  channel?.postMessage(news);
}

export function onNews(news: News, act: () => void): void {
  channel?.addEventListener('message', ({ data }) => {
    if (data === news) act();
  });
}
