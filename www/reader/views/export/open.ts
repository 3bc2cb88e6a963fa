/** The book of which an audiobook shall be made. */
import { signal } from '@preact/signals';
import type { BookRecord } from '../../library/store.js';

export const exportBook = signal<BookRecord | null>(null);
