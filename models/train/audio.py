"""Audio features of KAN-TTS's 16 kHz voices: mel spectrogram, F0, energy."""

from dataclasses import dataclass

import librosa
import numpy as np


@dataclass(frozen=True)
class Audio:
    """Analysis settings; the defaults are those of KAN-TTS's `audio_config_16k`."""

    sample_rate: int = 16000
    hop: int = 200
    window: int = 1000
    fft: int = 2048
    bins: int = 80
    low: float = 0.0
    high: float = 8000.0


AUDIO = Audio()


def spectrum(samples, audio=AUDIO):
    """Magnitudes (frames, fft/2 + 1) of centred Hann windows, one frame per hop."""
    frames = librosa.stft(
        samples,
        n_fft=audio.fft,
        hop_length=audio.hop,
        win_length=audio.window,
        center=True,
    )
    return np.abs(frames).T[: len(samples) // audio.hop].astype(np.float32)


def mel_of(magnitudes, audio=AUDIO):
    """Mel in KAN-TTS's 0 to 1 range (frames, bins): decibels above -120 over 100, before mean and deviation."""
    bank = librosa.filters.mel(
        sr=audio.sample_rate,
        n_fft=audio.fft,
        n_mels=audio.bins,
        fmin=audio.low,
        fmax=audio.high,
    )
    decibels = 20 * np.log10(np.maximum(1e-5, magnitudes @ bank.T)) - 20
    return np.clip((decibels + 100) / 100, 0, 1).astype(np.float32)


def energy_of(magnitudes):
    """L2 norm of the magnitude spectrum, (frames,)."""
    return np.linalg.norm(magnitudes, axis=1)


def filled(f0, voiced):
    """F0 with unvoiced stretches interpolated between their neighbours."""
    if not voiced.any():
        return np.zeros_like(f0)
    index = np.arange(len(f0))
    return np.interp(index, index[voiced], f0[voiced]).astype(np.float32)


def estimated_f0(samples, audio=AUDIO):
    """F0 in Hz per hop by pYIN, 0 where unvoiced: for recordings that come without a pitch curve."""
    f0, voiced, _ = librosa.pyin(
        samples,
        fmin=60,
        fmax=500,
        sr=audio.sample_rate,
        frame_length=1024,
        hop_length=audio.hop,
        fill_na=0.0,
    )
    return np.where(voiced, f0, 0.0)[: len(samples) // audio.hop].astype(np.float32)


def cycles_of(f0, audio=AUDIO):
    """Cycles of the fundamental so far at each frame's centre, from F0 in Hz per frame."""
    return np.cumsum(f0.astype(np.float64) * (audio.hop / audio.sample_rate))


def sample_cycles(cycles, hop):
    """Cycles at every sample, from those at the frames' centres."""
    centres = np.arange(len(cycles)) * hop + (hop - 1) / 2
    return np.interp(np.arange(len(cycles) * hop), centres, cycles)


def locked_cycles(samples, f0, audio=AUDIO):
    """`cycles_of` an F0 that is an estimate, kept in phase with the fundamental that the samples have."""
    cycles = cycles_of(f0, audio)
    turning = np.exp(-2j * np.pi * sample_cycles(cycles, audio.hop))
    length = min(len(samples), len(turning))
    window = np.hanning(4 * audio.hop)
    still = np.convolve(samples[:length] * turning[:length], window, "same")[audio.hop // 2 :: audio.hop]
    voiced = np.flatnonzero(f0[: len(still)] > 0)
    if len(voiced) == 0:
        return cycles
    return cycles + np.interp(np.arange(len(f0)), voiced, np.unwrap(np.angle(still[voiced]))) / (2 * np.pi)
