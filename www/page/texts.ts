/** The page's words: what each error code means to a reader, and texts to try. */

const ERRORS: Record<string, string> = {
  E_TEXT_EMPTY: '没有可以朗读的文字，请先写几个字。',
  E_TEXT_SSML: '这份 SSML 有错，光标停在出错的地方。',
  E_TEXT_LEXICON: '“我的读音”里有一行没有写读音。',
  E_OPTION_SPEAKER: '这个声音包里没有这位朗读者，请换一位。',
  E_OPTION_EMOTION: '这个声音没有这种情感，请换一种。',
  E_OPTION_SPEED: '语速要在 0.5 到 2 倍之间。',
  E_OPTION_PITCH: '音高要在 -6 到 6 个半音之间。',
  E_OPTION_VOLUME: '音量要在 0 到 200% 之间。',
  E_VOICE_UNKNOWN: '没有找到这个声音，请刷新页面再试。',
  E_VOICE_MISSING: '声音的文件缺了一部分，请刷新页面再试。',
  E_VOICE_TRUNCATED: '声音的文件没有下载完整，请刷新页面再试。',
  E_VOICE_HASH: '声音的文件被改动过，为安全起见没有使用。',
  E_VOICE_FORMAT: '声音的文件读不懂，可能与这个版本不相配。',
  E_VOICE_STORE: '浏览器没能把这个声音保存下来，关闭页面后需要重新添加。',
  E_NETWORK: '网络不通，声音没有下载下来，请稍后刷新页面。',
  E_WASM_SIMD: '这个浏览器太旧，缺少 WebAssembly SIMD，请更新浏览器。',
  E_AUDIO_WORKLET: '这个浏览器不能边生成边播放，但仍可以下载 WAV。',
  E_AUDIO_LOCKED: '浏览器还不允许出声，请在页面上点一下，再按朗读。',
  E_CACHE_UNAVAILABLE: '浏览器不让这个页面留下数据，读过的句子只留到页面关闭。',
  E_CACHE_FULL: '浏览器给的空间用完了，读过的句子只留到页面关闭。',
  E_CACHE_BLOCKED: '另一个页面占着缓存，读过的句子只留到页面关闭。',
  E_CACHE_FAILED: '缓存读写出了错，读过的句子只留到页面关闭。',
  E_WORKER: '朗读的引擎出了错，请再试一次；若还不行，请刷新页面。',
};

/** What is wrong with a voice pack that somebody brought along. */
const PACK_ERRORS: Record<string, string> = {
  E_VOICE_FORMAT: '这不是声音包：需要一个 .zip 文件，或一个装着 voice.json 的文件夹。',
  E_VOICE_MISSING: '这个声音包不完整：缺少 voice.json 或它列出的文件。',
  E_VOICE_TRUNCATED: '这个声音包不完整：有文件比应有的短。',
};

const EMOTIONS: Record<string, string> = {
  neutral: '中性',
  happy: '开心',
  sad: '悲伤',
  serious: '严肃',
  angry: '生气',
  fear: '害怕',
  hate: '厌恶',
  surprise: '惊讶',
};

export function describeError(code: string, ofPack = false): string {
  const words = (ofPack && PACK_ERRORS[code]) || ERRORS[code];
  return `${words ?? '出了意外，请再试一次。'}（${code}）`;
}

/** The emotions in the order in which they are shown, each with its name for readers. */
export function nameEmotions(emotions: string[]): [emotion: string, name: string][] {
  const known = Object.entries(EMOTIONS).filter(([emotion]) => emotions.includes(emotion));
  const others = emotions.filter((emotion) => !(emotion in EMOTIONS));
  return [...known, ...others.map((emotion): [string, string] => [emotion, emotion])];
}

export const SOURCES = {
  new: '这一句是现做的',
  L1: '这一句里有些词读过，只做了其余的',
  L2: '这一句读过，取自缓存',
  L3: '这一句是备好的模板',
};

export const SAMPLES = [
  '今天天气不错，早上好！',
  '各位旅客请注意，开往杭州方向的列车将于下午三点二十分从八号站台发车，请您带好随身物品，提前十分钟检票上车。',
  '雨停了，屋檐还在滴水。\n\n巷口的老人搬出竹椅，慢慢地摇着蒲扇，听远处的孩子一声高一声低地念书。风从河面上吹过来，带着一点青草的味道。他忽然想起，很多年以前，自己也是这样，在夏天的傍晚，把一篇课文读了又读。',
  '空山新雨后，天气晚来秋。\n明月松间照，清泉石上流。\n竹喧归浣女，莲动下渔舟。\n随意春芳歇，王孙自可留。',
];
