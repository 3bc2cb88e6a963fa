/** Opens a file by what is in it; its name decides only between kinds of plain text. */
import { BookError, type OpenedBook } from '../text/book.js';
import type { TextSettings } from './txt.js';

/** The largest file of a format that has to be held in memory as a whole. */
const LARGEST_WHOLE = 256 * 1024 * 1024;

export type Format = 'txt' | 'epub' | 'markdown' | 'html' | 'pdf' | 'mobi' | 'fb2' | 'docx';

export async function openBook(file: File, settings: TextSettings = {}): Promise<OpenedBook & { format: Format }> {
  if (file.size === 0) throw new BookError('E_BOOK_EMPTY', 'The file is empty');
  const format = await detectFormat(file);
  if (format !== 'txt' && file.size > LARGEST_WHOLE) throw new BookError('E_BOOK_TOO_LARGE', 'The file is too large');
  return { ...(await openAs(format, file, settings)), format };
}

async function openAs(format: Format, file: File, settings: TextSettings): Promise<OpenedBook> {
  switch (format) {
    case 'epub': {
      const [{ openArchive }, { openEpub }] = await Promise.all([import('./zip.js'), import('./foliate.js')]);
      return openEpub(await openArchive(file), file.name);
    }
    case 'fb2': {
      const { openFb2 } = await import('./foliate.js');
      return openFb2(await unzipOnly(file, /\.fb2$/i), file.name);
    }
    case 'mobi':
      return (await import('./foliate.js')).openMobi(file);
    case 'pdf':
      return (await import('./pdf.js')).openPdf(file);
    case 'docx':
      return (await import('./docx.js')).openDocx(file);
    case 'html':
      return (await import('./html.js')).openHtml(file, settings.encoding);
    case 'markdown':
      return (await import('./html.js')).openMarkdown(file, settings.encoding);
    default:
      return (await import('./txt.js')).openText(file, settings);
  }
}

async function detectFormat(file: File): Promise<Format> {
  const bytes = new Uint8Array(await file.slice(0, 2048).arrayBuffer());
  const ascii = new TextDecoder('latin1').decode(bytes);
  if (ascii.startsWith('PK\x03\x04')) return detectArchive(file);
  if (ascii.slice(0, 1024).includes('%PDF-')) return 'pdf';
  if (/^(?:BOOKMOBI|TEXtREAd)$/.test(ascii.slice(60, 68))) return 'mobi';
  if (/<FictionBook[\s>]/.test(ascii)) return 'fb2';
  if (
    /^\s*(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--[\s\S]*?-->\s*)?(?:<!doctype\s+html|<html[\s>])/i.test(ascii)
  )
    return 'html';
  if (/\.(?:md|markdown)$/i.test(file.name)) return 'markdown';
  if (/\.x?html?$/i.test(file.name)) return 'html';
  if (/^(?:.PNG|GIF8|\xff\xd8\xff|Rar!|7z\xbc\xaf|.ELF|MZ\x90|ID3|OggS|RIFF)/s.test(ascii)) {
    throw new BookError('E_BOOK_FORMAT', 'Not a kind of file that can be read');
  }
  return 'txt';
}

async function detectArchive(file: File): Promise<Format> {
  const { openArchive } = await import('./zip.js');
  const { names } = await openArchive(file);
  if (names.includes('META-INF/container.xml')) return 'epub';
  if (names.includes('word/document.xml')) return 'docx';
  if (names.some((name) => /\.fb2$/i.test(name))) return 'fb2';
  throw new BookError('E_BOOK_FORMAT', 'An archive without a book in it');
}

/** The one file of a zipped book; the book itself where it is not zipped. */
async function unzipOnly(file: File, wanted: RegExp): Promise<Blob> {
  if ((await file.slice(0, 2).text()) !== 'PK') return file;
  const archive = await (await import('./zip.js')).openArchive(file);
  const name = archive.names.find((name) => wanted.test(name)) ?? '';
  const blob = await archive.blob(name);
  if (!blob) throw new BookError('E_BOOK_BROKEN', 'The archive holds no book');
  return blob;
}
