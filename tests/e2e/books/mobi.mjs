/** A MOBI file of one uncompressed record of text. */
export function mobi(title, html, encryption = 0) {
  const text = Buffer.from(html);
  const name = Buffer.from(title);
  const head = Buffer.alloc(16 + 232 + name.length + 2);
  head.writeUInt16BE(1, 0);
  head.writeUInt32BE(text.length, 4);
  head.writeUInt16BE(1, 8);
  head.writeUInt16BE(4096, 10);
  head.writeUInt16BE(encryption, 12);
  head.write('MOBI', 16, 'latin1');
  head.writeUInt32BE(232, 20);
  head.writeUInt32BE(2, 24);
  head.writeUInt32BE(65_001, 28);
  head.writeUInt32BE(6, 36);
  head.writeUInt32BE(248, 84);
  head.writeUInt32BE(name.length, 88);
  head.writeUInt32BE(2, 108);
  head.writeUInt32BE(0xffffffff, 244);
  name.copy(head, 248);
  const records = [head, text];
  const table = Buffer.alloc(78 + records.length * 8 + 2);
  table.write('book', 0, 'latin1');
  table.write('BOOKMOBI', 60, 'latin1');
  table.writeUInt16BE(records.length, 76);
  let at = table.length;
  for (const [number, record] of records.entries()) {
    table.writeUInt32BE(at, 78 + number * 8);
    at += record.length;
  }
  return Buffer.concat([table, ...records]);
}
