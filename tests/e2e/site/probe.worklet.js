/** Reports, 30 times a second, how many samples were not zero, the sum of their squares, and the audio clock's time. */
class Probe extends AudioWorkletProcessor {
  count = 0;
  sounding = 0;
  energy = 0;

  process([input]) {
    for (const sample of input[0] ?? []) {
      if (sample !== 0) this.sounding += 1;
      this.energy += sample * sample;
    }
    this.count += 1;
    if (this.count === 4) {
      this.port.postMessage({ sounding: this.sounding, energy: this.energy, time: currentTime });
      this.count = this.sounding = this.energy = 0;
    }
    return true;
  }
}

registerProcessor('probe', Probe);
