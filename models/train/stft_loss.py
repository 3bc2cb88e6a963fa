"""Multi-resolution STFT loss (Yamamoto et al. 2020, Parallel WaveGAN), a mel loss, and one of complex spectra."""

import librosa
import torch
import torch.nn.functional as F
from torch import nn

from .audio import AUDIO

# Compressed spectra keep their phase and this power of their magnitude.
POWER = 0.3
# Hz; harmonics above are too close to noise for their phase to be learnt
PHASE_BELOW = 5000


class StftLoss(nn.Module):
    """`resolutions`: pairs of window length and hop; `phased`: the windows whose phase counts."""

    def __init__(self, resolutions, phased):
        super().__init__()
        self.resolutions, self.phased = [tuple(r) for r in resolutions], phased
        for size, _ in self.resolutions:
            self.register_buffer(f"window_{size}", torch.hann_window(size))
        bank = librosa.filters.mel(
            sr=AUDIO.sample_rate,
            n_fft=1024,
            n_mels=AUDIO.bins,
            fmin=AUDIO.low,
            fmax=AUDIO.high,
        )
        self.register_buffer("bank", torch.from_numpy(bank))

    def spectrum(self, wave, size, hop):
        window = getattr(self, f"window_{size}")
        return torch.stft(wave[:, 0], size, hop, window=window, return_complex=True)

    def forward(self, made, wanted, voiced):
        """Mean over the resolutions of the losses of magnitudes, and of complex spectra where `voiced` (B, samples).

        made and wanted (B, 1, samples). The second loss needs a source in phase with the wanted samples.
        """
        magnitudes, phases = 0.0, 0.0
        for size, hop in self.resolutions:
            spectra = [self.spectrum(wave, size, hop) for wave in (made, wanted)]
            a, b = (torch.sqrt(s.real**2 + s.imag**2 + 1e-9) for s in spectra)
            convergence = torch.linalg.norm(b - a) / torch.linalg.norm(b)
            magnitudes = magnitudes + convergence + (torch.log(a + 1e-4) - torch.log(b + 1e-4)).abs().mean()
            if size == 1024:
                mel = [torch.log(1e-4 + self.bank @ m) for m in (a, b)]
                magnitudes = magnitudes + (mel[0] - mel[1]).abs().mean()
            if size in self.phased:
                bins = PHASE_BELOW * size // AUDIO.sample_rate
                weight = voiced[:, None, ::hop][..., : a.shape[-1]]
                weight = F.pad(weight, (0, a.shape[-1] - weight.shape[-1]), mode="replicate")
                parts = [
                    (s[:, :bins] * (m[:, :bins] + 1e-3) ** (POWER - 1)) for s, m in zip(spectra, (a, b), strict=True)
                ]
                distance = torch.view_as_real(parts[0] - parts[1]).square().sum(-1).add(1e-6).sqrt()
                scale = (b[:, :bins] ** POWER * weight).sum()
                phases = phases + (distance * weight).sum() / (scale + 1e-3)
        return magnitudes / len(self.resolutions), phases / len(self.phased)
