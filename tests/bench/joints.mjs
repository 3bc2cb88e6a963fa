/** How far the sound jumps where a known word meets its neighbour. */

/** Samples that a spectrum is taken of, samples from one to the next, and its bands up to half of the sample rate. */
const WINDOW = 400;
const HOP = 200;
const BANDS = 64;
/** Frames on each side of a joint within which the largest jump is looked for. */
const REACH = 2;

/** Power by band, in dB, of the window around a sample. */
function spectrum(samples, centre) {
  const start = Math.round(centre - WINDOW / 2);
  return Array.from({ length: BANDS }, (_, band) => {
    const turn = (Math.PI * (band + 0.5)) / BANDS;
    let [real, imaginary] = [0, 0];
    for (let at = 0; at < WINDOW; at += 1) {
      const value = (samples[start + at] ?? 0) * (0.5 - 0.5 * Math.cos((2 * Math.PI * at) / WINDOW));
      real += value * Math.cos(turn * at);
      imaginary += value * Math.sin(turn * at);
    }
    return 10 * Math.log10(real * real + imaginary * imaginary + 1e-6);
  });
}

/** The largest distance of two spectra in a row around a sample, in dB, root mean square over the bands. */
export function jump(samples, joint) {
  const spectra = [];
  for (let frame = -REACH; frame <= REACH; frame += 1) spectra.push(spectrum(samples, joint + frame * HOP));
  const distances = spectra.slice(1).map((bands, at) => {
    const sum = bands.reduce((sum, value, band) => sum + (value - spectra[at][band]) ** 2, 0);
    return Math.sqrt(sum / BANDS);
  });
  return Math.max(...distances);
}

/** The characters at which a known word meets a neighbour without a pause between them. */
export function joints(known, marks) {
  const borders = new Set(known.flatMap(({ charIndex, charLength }) => [charIndex, charIndex + charLength]));
  return marks
    .filter((mark, at) => borders.has(mark.charIndex) && marks[at - 1]?.charIndex === mark.charIndex - 1)
    .map(({ charIndex }) => charIndex);
}
