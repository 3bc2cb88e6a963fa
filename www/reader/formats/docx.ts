/** Word documents, read by mammoth. */
import { BookError, type OpenedBook } from '../text/book.js';
import { fromHtml } from './html.js';

export async function openDocx(file: File): Promise<OpenedBook> {
  const { default: mammoth } = await import('mammoth/mammoth.browser.js');
  try {
    const { value } = await mammoth.convertToHtml(
      { arrayBuffer: await file.arrayBuffer() },
      { ignoreEmptyParagraphs: true },
    );
    return fromHtml(value, file.name);
  } catch (error) {
    throw new BookError('E_BOOK_BROKEN', String(error));
  }
}
