/** A file that a page fetches by its address: there is nothing in it to import. */
export {};
