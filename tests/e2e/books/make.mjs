/** Small books of every kind, made here, and some that are broken. */
import { BlobReader, BlobWriter, TextReader, ZipWriter } from '@zip.js/zip.js/index-native.js';
import { mobi } from './mobi.mjs';
import { pdf } from './pdf.mjs';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);

/** @param {Record<string, string | Buffer>} files */
async function zip(files) {
  const writer = new ZipWriter(new BlobWriter());
  for (const [name, body] of Object.entries(files)) {
    await writer.add(name, typeof body === 'string' ? new TextReader(body) : new BlobReader(new Blob([body])));
  }
  return Buffer.from(await (await writer.close()).arrayBuffer());
}

const xhtml = (title, body) =>
  `<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>${title}</title><script>window.ran = true</script></head><body>${body}</body></html>`;

const CONTAINER =
  '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>';

const opf = (version, extra, toc) =>
  `<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="${version}" unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:x</dc:identifier><dc:title>${version === '2.0' ? '山中旧版' : '山中'}</dc:title><dc:creator>某人</dc:creator><dc:language>zh</dc:language></metadata><manifest>${extra}<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/><item id="n" href="n.xhtml" media-type="application/xhtml+xml"/></manifest><spine${toc}><itemref idref="a"/><itemref idref="n"/></spine></package>`;

const epub3 = {
  mimetype: 'application/epub+zip',
  'META-INF/container.xml': CONTAINER,
  'b/content.opf': opf(
    '3.0',
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/><item id="c" href="c.png" media-type="image/png" properties="cover-image"/>',
    '',
  ),
  'b/nav.xhtml': xhtml(
    '目录',
    '<nav epub:type="toc"><ol><li><a href="a.xhtml">早晨</a></li><li><a href="n.xhtml">夜</a></li></ol></nav>',
  ),
  'b/a.xhtml': xhtml(
    '早晨',
    '<h1>早晨</h1><p onclick="window.ran = true">山里的<ruby>猴<rp>(</rp><rt>hóu</rt><rp>)</rp></ruby>来得慢<a epub:type="noteref" href="#f">1</a>。先是鸟叫。</p><p><img src="c.png" alt="一只猴" onerror="window.ran = true"/></p><aside epub:type="footnote" id="f"><p>脚注在此。</p></aside>',
  ),
  'b/n.xhtml': xhtml('夜', '<h1>夜</h1><p>夜里很静。</p>'),
  'b/c.png': PIXEL,
};

const epub2 = {
  mimetype: 'application/epub+zip',
  'META-INF/container.xml': CONTAINER,
  'b/content.opf': opf('2.0', '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>', ' toc="ncx"'),
  'b/toc.ncx':
    '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><navMap><navPoint id="1"><navLabel><text>早晨</text></navLabel><content src="a.xhtml"/></navPoint><navPoint id="2"><navLabel><text>夜</text></navLabel><content src="n.xhtml"/></navPoint></navMap></ncx>',
  'b/a.xhtml': xhtml('早晨', '<p>山里的早晨来得慢。</p>'),
  'b/n.xhtml': xhtml('夜', '<p>夜里很静。</p>'),
};

const TEXT = '书名：山中\r\n第一章　早晨\r\n　　山里的早晨来得慢。先是鸟叫。\r\n第二章　夜\r\n　　夜里很静。\r\n';
const HTML =
  '<!doctype html><html lang="zh"><head><title>山中</title><script>window.ran = true</script></head><body><h2>早晨</h2><p>山里的早晨来得慢。</p><img src="x" onerror="window.ran = true"><h2>夜</h2><p>夜里很静。</p></body></html>';
const FB2 =
  '<?xml version="1.0" encoding="utf-8"?><FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><book-title>山中</book-title><author><last-name>某人</last-name></author><lang>zh</lang></title-info></description><body><section><title><p>早晨</p></title><p>山里的早晨来得慢。</p></section><section><title><p>夜</p></title><p>夜里很静。</p></section></body></FictionBook>';
const paragraph = (text, style = '') =>
  `<w:p>${style && `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`}<w:r><w:t>${text}</w:t></w:r></w:p>`;
const DOCX = {
  '[Content_Types].xml':
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
  '_rels/.rels':
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
  'word/styles.xml':
    '<?xml version="1.0"?><w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>',
  'word/_rels/document.xml.rels':
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>',
  'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${paragraph('早晨', 'Heading1')}${paragraph('山里的早晨来得慢。')}${paragraph('夜', 'Heading1')}${paragraph('夜里很静。')}</w:body></w:document>`,
};
const PAGES = [
  [
    '第一章　早晨',
    '　　山里的早晨来得慢。先是鸟叫，然后是水声，一声',
    '接着一声，最后才是光。他推开门，站了一会儿，什么也',
    '没有说。',
  ],
  ['第二章　夜', '　　夜里很静。'],
];

export async function makeBooks() {
  const epub = await zip(epub3);
  return {
    'utf8.txt': Buffer.from(`\ufeff${TEXT}`),
    'utf16.txt': Buffer.from(`\ufeff${TEXT}`, 'utf16le'),
    'book.epub': epub,
    'wrong.txt': epub,
    'book2.epub': await zip(epub2),
    'book.md': Buffer.from('---\nauthor: x\n---\n# 山中\n\n## 早晨\n\n山里的**早晨**来得慢。\n\n## 夜\n\n夜里很静。\n'),
    'page.html': Buffer.from(HTML),
    'book.fb2': Buffer.from(FB2),
    'book.mobi': mobi(
      '山中',
      '<html><body><h2>早晨</h2><p>山里的早晨来得慢。</p><mbp:pagebreak/><h2>夜</h2><p>夜里很静。</p></body></html>',
    ),
    'book.docx': await zip(DOCX),
    'book.pdf': pdf(PAGES),
  };
}

export async function brokenBooks(books) {
  return {
    'empty.txt': Buffer.alloc(0),
    'picture.txt': PIXEL,
    'torn.epub': books['book.epub'].subarray(0, books['book.epub'].length / 2),
    // A hundred megabytes of nothing in a few kilobytes.
    'bomb.epub': await zip({ ...epub3, 'b/a.xhtml': Buffer.alloc(100 * 1024 * 1024, 0x20) }),
    'drm.epub': await zip({
      ...epub3,
      'META-INF/encryption.xml':
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/></EncryptedData></encryption>',
    }),
    'drm.mobi': mobi('山中', '<html><body><p>密。</p></body></html>', 2),
    'archive.zip.epub': await zip({ 'a.xyz': 'nothing' }),
    'scanned.pdf': pdf([[]]),
    'torn.pdf': Buffer.from('%PDF-1.7\nnothing of it'),
  };
}
