/** What file choosers offer. */
export const ACCEPT =
  '.txt,.epub,.md,.markdown,.html,.htm,.xhtml,.pdf,.mobi,.azw3,.azw,.fb2,.fbz,.docx,text/plain,application/epub+zip';
