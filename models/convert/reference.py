"""A voice pack run by onnxruntime, plainly: the yardstick of the tests and of the parity fixtures."""

import json
from pathlib import Path

import numpy as np
import onnxruntime

from .graph import MASKED


def session(model):
    """An onnxruntime session on one thread; `model` is a path or serialized bytes."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    # Without this onnxruntime quantizes activations as well, which is not what the pack says.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Net:
    """One graph; called with keyword inputs, returns {output name: array}."""

    def __init__(self, model):
        self.session = session(model)
        self.inputs = {i.name: i.shape for i in self.session.get_inputs()}
        self.outputs = [o.name for o in self.session.get_outputs()]

    def __call__(self, **inputs):
        return dict(zip(self.outputs, self.session.run(None, inputs)))

    def zero_states(self):
        """Zeros for each input that has an output `next_<input>`."""
        names = [n for n in self.inputs if f"next_{n}" in self.outputs]
        return {n: np.zeros(self.inputs[n], np.float32) for n in names}


def next_states(outputs):
    """The states among `outputs` under the names of the inputs that they feed."""
    return {name.removeprefix("next_"): value for name, value in outputs.items() if name.startswith("next_")}


def one_hot(ids, rows):
    return np.eye(rows, dtype=np.float32)[ids]


def regulate_length(text, durations, frames_per_step):
    """Text rows repeated by their durations, plus each frame's position inside its token.

    KAN-TTS: `LengthRegulator`, `DurSinusoidalPositionEncoder`.
    """
    frames = int(durations.sum())
    padding = -frames % frames_per_step
    position = np.concatenate([np.arange(1, d + 1) for d in durations] + [np.zeros(padding)])
    column = np.arange(text.shape[1])
    angles = position[:, None] / 10000.0 ** (2 * (column // 2) / text.shape[1])
    positions = np.where(column % 2 == 0, np.sin(angles), np.cos(angles)).astype(np.float32)
    return np.pad(np.repeat(text, durations, axis=0), ((0, padding), (0, 0))) + positions


def memory_rows(text, speaker, emotion, durations, frames_per_step):
    """The decoder's memory: frames_per_step text rows side by side, then speaker and emotion of the first."""
    regulated = regulate_length(text, durations, frames_per_step)
    steps = len(regulated) // frames_per_step
    padding = len(regulated) - int(durations.sum())
    others = [np.pad(np.repeat(x, durations, axis=0), ((0, padding), (0, 0))) for x in (speaker, emotion)]
    return np.concatenate([regulated.reshape(steps, -1), *(x[::frames_per_step] for x in others)], axis=1)


class Voice:
    """All six graphs of a pack folder."""

    def __init__(self, folder):
        folder = Path(folder)
        self.about = json.loads((folder / "voice.json").read_text(encoding="utf-8"))
        self.nets = {name: Net(str(folder / f["path"])) for name, f in self.about["files"].items()}

    def encode(self, ids, padding=0):
        """ids i64 [T, 6] (sy, tone, flag, segment, emotion, speaker) to text, speaker, emotion, `padding` rows more."""
        ids = np.pad(np.asarray(ids, np.int64), ((0, padding), (0, 0)))
        valid = np.ones(len(ids), np.float32)
        valid[len(ids) - padding :] = 0
        outputs = self.nets["encoder"](
            symbols=ids[:, :4],
            position=np.arange(1, len(ids) + 1, dtype=np.float32),
            valid=valid,
            speaker_weights=one_hot(ids[:, 5], self.about["encoder"]["speaker_rows"]),
            emotion_weights=one_hot(ids[:, 4], self.about["encoder"]["emotion_rows"]),
        )
        return outputs, valid

    def prosody(self, encoded, valid, pitch=(1.0, 0.0), energy=(1.0, 0.0)):
        """Pitch, energy and condition; `pitch` and `energy` are (scale, shift) of the normalised scalars."""
        controls = {"pitch_scale": pitch[0], "pitch_shift": pitch[1], "energy_scale": energy[0]}
        controls["energy_shift"] = energy[1]
        controls = {name: np.full(len(valid), value, np.float32) for name, value in controls.items()}
        return self.nets["prosody"](**encoded, valid=valid, **controls)

    def log_durations(self, condition):
        """log(frames + 1) of each token of condition [T, 96]."""
        net = self.nets["duration"]
        states, previous, predicted = net.zero_states(), np.zeros((1, 1), np.float32), []
        for row in condition:
            outputs = net(condition=row[None], previous=previous, **states)
            states, previous = next_states(outputs), outputs["duration"]
            predicted.append(previous[0, 0])
        return np.array(predicted)

    def decode_inputs(self, memory, band):
        """Yields the inputs of each decoder step but `previous`, `history` and `future`."""
        window = self.about["decoder"]["window"]
        steps, rows = len(memory), np.pad(memory, ((0, window), (0, 0)))
        for s in range(steps):
            past, coming = np.arange(s - window + 1, s + 1), np.arange(s, s + window)
            yield {
                "memory": memory[s : s + 1],
                "memory_ahead": rows[:window] if s == 0 else rows[s + window - 1 : s + window],
                "history_mask": np.where(past >= max(s - band, 0), 0, MASKED).astype(np.float32)[None],
                "future_mask": np.where(coming <= min(s + band, steps - 1), 0, MASKED).astype(np.float32)[None],
            }

    def decode(self, memory, band, teacher=None):
        """Frames [3 M, C] of memory [M, 160]; `teacher` [frames, C] replaces the previous frame where given."""
        net, per_step = self.nets["decoder"], self.about["decoder"]["frames_per_step"]
        states = net.zero_states()
        previous = np.zeros((1, self.about["mel"]["channels"]), np.float32)
        frames = []
        for s, inputs in enumerate(self.decode_inputs(memory, band)):
            if teacher is not None and s > 0:
                previous = teacher[per_step * s - 1 : per_step * s]
            outputs = net(previous=previous, **inputs, **states)
            states, previous = next_states(outputs), outputs["frames"][-1:]
            frames.append(outputs["frames"])
        return np.concatenate(frames)

    def postnet(self, frames, chunks=None):
        """mel [L, C] of decoder frames [L, C], fed in chunks of the given lengths (padded at the end)."""
        net, delay = self.nets["postnet"], self.about["postnet"]["look_ahead"]
        length, states, mel, start = len(frames), net.zero_states(), [], 0
        for n in chunks or [length + delay]:
            times = np.arange(start - delay, start + n)
            chunk = np.zeros((n, frames.shape[1]), np.float32)
            real = frames[start : start + n]
            chunk[: len(real)] = real
            valid = ((times >= 0) & (times < length)).astype(np.float32)
            outputs = net(frames=chunk, valid=valid, **states)
            states = next_states(outputs)
            mel.append(outputs["mel"])
            start += n
        return np.concatenate(mel)[delay : delay + length]

    def acoustic(self, ids):
        """The whole acoustic model without control; a dict of all intermediate results."""
        encoded, valid = self.encode(ids)
        predicted = self.prosody(encoded, valid)
        return {**encoded, **predicted, **self.render(predicted["condition"])}

    def render(self, condition):
        """Durations, memory, decoder frames and mel of condition [T, 96]."""
        widths = self.about["encoder"]
        ends = [widths["text"], widths["text"] + widths["speaker"]]
        text, speaker, emotion = np.split(condition, ends, axis=1)
        log_durations = self.log_durations(condition)
        real = np.exp(log_durations) - 1
        durations = np.floor(real + 0.5).astype(int)
        per_step = self.about["decoder"]["frames_per_step"]
        band = min(int(np.floor(real.max() / per_step + 0.5)), self.about["decoder"]["window"] - 1)
        memory = memory_rows(text, speaker, emotion, durations, per_step)
        decoded = self.decode(memory, band)[: durations.sum()]
        results = {"log_durations": log_durations, "durations": durations, "band": band, "memory": memory}
        return {**results, "decoded": decoded, "mel": self.postnet(decoded)}


def vocode(net, mel, hop, source=None, chunks=None):
    """Samples of mel [L, bins] from a causal vocoder, fed in chunks of the given lengths."""
    states, start, samples = net.zero_states(), 0, []
    for n in chunks or [len(mel)]:
        inputs = {"mel": mel[start : start + n]}
        if source is not None:
            inputs["source"] = source[:, start * hop : (start + n) * hop]
        outputs = net(**inputs, **states)
        states = next_states(outputs)
        samples.append(outputs["samples"])
        start += n
    return np.concatenate(samples)


def vocode_windows(net, mel, hop, halo, chunk, source=None):
    """Samples of mel [L, bins] from a non-causal vocoder, by windows of `chunk` frames between two halos."""
    length, samples = len(mel), []
    for start in range(0, length, chunk):
        times = np.arange(start - halo, start + chunk + halo)
        inside = (times >= 0) & (times < length)
        window = np.zeros((len(times), mel.shape[1]), np.float32)
        window[inside] = mel[times[inside]]
        inputs = {"mel": window, "valid": inside.astype(np.float32)}
        if source is not None:
            part = np.zeros((source.shape[0], len(times), hop), np.float32)
            part[:, inside] = source.reshape(len(source), length, hop)[:, times[inside]]
            inputs["source"] = part.reshape(len(source), -1)
        samples.append(net(**inputs)["samples"][halo * hop : (halo + chunk) * hop])
    return np.concatenate(samples)[: length * hop]


def harmonic_source(f0, voiced, hop, sample_rate, harmonics, about, phase=None, noise=None):
    """The excitation [harmonics, L * hop] of F0 [L] in Hz and voiced [L] (KAN-TTS: `SourceModule`).

    `phase` [harmonics] are the initial phases in radians, `noise` [harmonics, L * hop] Gaussian noise already scaled
    by the configured deviation; both default to zero.
    """
    f0 = np.repeat(f0.astype(np.float64), hop) * np.arange(1, harmonics + 1)[:, None]
    cycles = np.cumsum(f0 / sample_rate, axis=1)
    phase = np.zeros(harmonics) if phase is None else phase
    noise = np.zeros(cycles.shape) if noise is None else noise
    amplitude, deviation = about["sine_amplitude"], about["noise"]
    sines = amplitude * np.sin(2 * np.pi * (cycles % 1) + phase[:, None]) + noise
    unvoiced = amplitude / 3 / deviation * noise
    return np.where(np.repeat(voiced, hop) > 0, sines, unvoiced).astype(np.float32)
