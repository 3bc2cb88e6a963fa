const REPLY =
  '好的，我来讲一个故事。从前有座山，山里有座庙，庙里有个老和尚在给小和尚讲故事。讲的是什么呢？讲的是从前有座山，山里有座庙，庙里有个老和尚，还有一个小和尚。小和尚每天挑水，老和尚每天念经，日子过得平平安安。';

/** Stands for a language model: a few characters at a time, as they come over a network. */
export async function* reply() {
  for (let at = 0; at < REPLY.length; at += 3) {
    yield REPLY.slice(at, at + 3);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
