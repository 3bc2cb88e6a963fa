/** A short classic to begin with. */
import { go } from '../../router.js';
import { addFiles } from '../../state/shelf.js';

export async function bringSample(): Promise<void> {
  const response = await fetch('sample.txt');
  const [book] = await addFiles([new File([await response.blob()], '背影.txt', { type: 'text/plain' })]);
  if (book) go({ view: 'book', id: book.id });
}
