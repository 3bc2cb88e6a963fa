/** Voice packs as zip archives, unpacked piece by piece: what is longer than it may be is not unpacked to its end. */
import { Unzip, type UnzipFile, UnzipInflate } from 'fflate';
import { LangduError } from '../wire/errors.js';
import { MANIFEST, readVoice, type VoiceFiles } from '../wire/voice.js';
import { joined } from './bytes.js';

/** Bytes of an archive that are unpacked at a time, to a thousand times as many at most. */
const PIECE = 16 * 1024;
/** Bytes that `voice.json` may have, as in the engine. */
const LARGEST_MANIFEST = 1024 * 1024;
/** How many times its own size an archive may unpack to. Weights shrink to two thirds at best. */
const DENSEST = 32;

/**
 * The voice in an archive. `voice.json` may lie in a folder, as when a folder has been zipped whole; the files it names lie beside
 * it. Throws `E_VOICE_FORMAT` for what is no archive, or larger than it says, `E_VOICE_MISSING` where a file is not in it.
 */
export function openArchive(archive: Uint8Array): Promise<VoiceFiles> {
  const names: string[] = [];
  walk(archive, ({ name }) => names.push(name));
  if (names.length === 0) throw new LangduError('E_VOICE_FORMAT', 'not a zip archive');
  const folders = names.flatMap((name) => /^(?:.*[/\\])?(?=voice\.json$)/.exec(name)?.[0] ?? []);
  const folder = folders.reduce<string | null>(
    (least, each) => (least === null || each.length < least.length ? each : least),
    null,
  );
  if (folder === null) throw new LangduError('E_VOICE_MISSING', `The voice has no file ${MANIFEST}`);
  let room = archive.length * DENSEST;
  return readVoice(async (path, bytes = LARGEST_MANIFEST) => {
    const file = unpack(archive, folder + path, Math.min(bytes, room));
    room -= file.length;
    return file;
  });
}

/** A file of at most so many bytes. */
function unpack(archive: Uint8Array, path: string, most: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let found = false;
  walk(archive, (file) => {
    if (found || file.name !== path) return;
    found = true;
    file.ondata = (error, part) => {
      if (error) throw error;
      length += part.length;
      if (length > most) throw new LangduError('E_VOICE_FORMAT', `${path}: not as large as it says`);
      parts.push(part);
    };
    file.start();
  });
  if (!found) throw new LangduError('E_VOICE_MISSING', `The voice has no file ${path}`);
  return joined(parts);
}

/** Goes through the files of an archive, which are unpacked where they are started. */
function walk(archive: Uint8Array, onFile: (file: UnzipFile) => void): void {
  const unzip = new Unzip(onFile);
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < archive.length; at += PIECE) {
      unzip.push(archive.subarray(at, at + PIECE), at + PIECE >= archive.length);
    }
  } catch (error) {
    if (error instanceof LangduError) throw error;
    throw new LangduError('E_VOICE_FORMAT', `not a zip archive: ${error instanceof Error ? error.message : error}`);
  }
}
