/** A book's cover; one is drawn where it has none. */
import { useEffect, useState } from 'preact/hooks';
import { type BookRecord, COVER, getPicture } from '../../library/store.js';

export function Cover({ book }: { book: BookRecord }) {
  const [url, setUrl] = useState('');
  useEffect(() => {
    let made = '';
    let gone = false;
    if (book.cover) {
      void getPicture(book.id, COVER).then((cover) => {
        if (!cover || gone) return;
        made = URL.createObjectURL(cover);
        setUrl(made);
      });
    }
    return () => {
      gone = true;
      URL.revokeObjectURL(made);
      setUrl('');
    };
  }, [book.id, book.cover]);
  if (url) return <img class="cover" src={url} alt="" loading="lazy" />;
  const hue = [...book.title].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 360, 7);
  return (
    <span class="cover drawn" style={{ '--hue': String(hue) }} aria-hidden="true">
      <span class="cover-title">{book.title}</span>
      <span class="cover-author">{book.author}</span>
    </span>
  );
}
