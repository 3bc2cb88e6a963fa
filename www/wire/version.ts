/** Names the build: the page and its workers are of the same one. Filled in by the build. */
declare const LANGDU_BUILD: string;

export const VERSION: string = LANGDU_BUILD;
