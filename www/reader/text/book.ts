/** What every format is turned into. */
import type { Level } from './headings.js';

/** `text` is what is shown; offsets of everything else count its UTF-16 units. */
export interface Paragraph {
  text: string;
  heading?: true;
  /** Readings printed above characters: from, to, reading. */
  ruby?: [number, number, string][];
  /** A picture: its key in the book, `text` being its alternative text. */
  picture?: string;
}

export interface Chapter {
  title: string;
  level: Level;
  paragraphs: Paragraph[];
}

export interface BookMeta {
  title: string;
  author: string;
  language: string;
  cover: Blob | null;
}

/** A file being read: what it is, and its chapters one after the other. */
export interface OpenedBook {
  meta: BookMeta;
  chapters: AsyncIterable<Chapter>;
  /** From 0 to 1, while chapters come. */
  progress: () => number;
  /** The encoding of a plain text. */
  encoding?: string;
  /** Pictures of the book, by key. */
  picture?: (key: string) => Promise<Blob | null>;
  close?: () => void;
}

export const plainParagraph = (text: string): Paragraph => ({ text });

export function countCharacters({ paragraphs }: Chapter): number {
  return paragraphs.reduce((sum, { text }) => sum + text.length, 0);
}

/** What can be wrong with a file; `code` chooses the words that the reader sees. */
export class BookError extends Error {
  constructor(
    readonly code:
      | 'E_BOOK_FORMAT'
      | 'E_BOOK_BROKEN'
      | 'E_BOOK_EMPTY'
      | 'E_BOOK_LOCKED'
      | 'E_BOOK_TOO_LARGE'
      | 'E_BOOK_NO_TEXT'
      | 'E_BACKUP_FORMAT',
    message: string,
  ) {
    super(message);
    this.name = 'BookError';
  }
}
