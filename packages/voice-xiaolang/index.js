/** Where the files of the voice lie. Bundlers find them here: the addresses must stand literally. */
export default {
  name: 'xiaolang',
  files: {
    'voice.json': new URL('./voice.json', import.meta.url).href,
    'encoder.onnx': new URL('./encoder.onnx', import.meta.url).href,
    'prosody.onnx': new URL('./prosody.onnx', import.meta.url).href,
    'duration.onnx': new URL('./duration.onnx', import.meta.url).href,
    'decoder.onnx': new URL('./decoder.onnx', import.meta.url).href,
    'postnet.onnx': new URL('./postnet.onnx', import.meta.url).href,
    'vocoder.onnx': new URL('./vocoder.onnx', import.meta.url).href,
  },
};
