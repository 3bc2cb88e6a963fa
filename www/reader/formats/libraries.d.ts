/** Libraries without types of their own. */
declare module 'mammoth/mammoth.browser.js' {
  const mammoth: {
    convertToHtml(
      input: { arrayBuffer: ArrayBuffer },
      options: { ignoreEmptyParagraphs: boolean },
    ): Promise<{ value: string }>;
  };
  export default mammoth;
}
declare module 'foliate-js/epub.js' {
  export class EPUB {
    constructor(loader: {
      loadText: (name: string) => Promise<string | null>;
      loadBlob: (name: string) => Promise<Blob | null>;
      getSize: (name: string) => number;
    });
    init(): Promise<unknown>;
  }
}
declare module 'foliate-js/mobi.js' {
  export class MOBI {
    constructor(tools: { unzlib: (data: Uint8Array) => Uint8Array });
    open(file: Blob): Promise<unknown>;
  }
}
declare module 'foliate-js/fb2.js' {
  export function makeFB2(blob: Blob): Promise<unknown>;
}
