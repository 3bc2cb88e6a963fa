/** A book's cover; one is drawn where it has none. */
import { useEffect, useState } from 'preact/hooks';
import type { BookRecord } from '../../library/store.js';

export function Cover({ book }: { book: BookRecord }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    if (!book.cover) return undefined;
    const made = URL.createObjectURL(book.cover);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [book.cover]);
  if (url) return <img class="cover" src={url} alt="" loading="lazy" />;
  const hue = [...book.title].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 360, 7);
  return (
    <span class="cover drawn" style={{ '--hue': String(hue) }} aria-hidden="true">
      <span class="cover-title">{book.title}</span>
      <span class="cover-author">{book.author}</span>
    </span>
  );
}
