"""Sambert, KAN-TTS's acoustic model (`kantts.models.sambert.kantts_sambert`): symbols to mel frames."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from .attention import EPSILON, FftBlock, PncaBlock, bands
from .fsmn import Fsmn


class PositionTable(nn.Module):
    """Sines then cosines of the positions 1, 2, ...; a stored table, as in KAN-TTS."""

    def __init__(self, length, width):
        super().__init__()
        self.position_enc = nn.Parameter(self.table(length, width)[None], requires_grad=False)

    @staticmethod
    def table(length, width):
        half = width // 2
        rate = torch.exp(-math.log(10000.0) * torch.arange(half, dtype=torch.float64) / (half - 1))
        angle = torch.arange(1, length + 1, dtype=torch.float64)[:, None] * rate
        return torch.cat([angle.sin(), angle.cos()], -1).float()

    def forward(self, length):
        stored = self.position_enc
        return stored[:, :length] if length <= stored.shape[1] else self.table(length, stored.shape[2])[None]


class LinguisticEncoder(nn.Module):
    def __init__(self, p):
        super().__init__()
        width, layers = p["encoder_num_units"], p["encoder_num_layers"]
        self.scale = math.sqrt(width)
        self.position_enc = PositionTable(p["max_len"], p["embedding_dim"])
        self.fft = nn.ModuleList(
            FftBlock(
                p["embedding_dim"] if i == 0 else width,
                width,
                p["encoder_num_heads"],
                p["encoder_ffn_inner_dim"],
                p["encoder_dropout"],
            )
            for i in range(layers)
        )
        self.ln = nn.LayerNorm(width, eps=EPSILON)

    def forward(self, x, valid):
        x = (x * self.scale + self.position_enc(x.shape[1])) * valid
        for block in self.fft:
            x = block(x, valid)
        return self.ln(x)


class TextEncoder(nn.Module):
    """Ids (batch, T, 4) of symbol, tone, syllable flag, word segment to (batch, T, projection)."""

    def __init__(self, p, rows):
        super().__init__()
        width = p["embedding_dim"]
        self.sy_emb = nn.Embedding(rows["sy"], width)
        self.tone_emb = nn.Embedding(rows["tone"], width)
        self.syllable_flag_emb = nn.Embedding(rows["syllable_flag"], width)
        self.ws_emb = nn.Embedding(rows["word_segment"], width)
        for table in (self.sy_emb, self.tone_emb, self.syllable_flag_emb, self.ws_emb):
            nn.init.normal_(table.weight, std=width**-0.5)
        self.ling_enc = LinguisticEncoder(p)
        self.ling_proj = nn.Linear(p["encoder_num_units"], p["encoder_projection_units"], bias=False)

    def forward(self, ids, valid):
        sy, tone, flag, word = ids.unbind(-1)
        x = self.sy_emb(sy) + self.tone_emb(tone) + self.syllable_flag_emb(flag) + self.ws_emb(word)
        return self.ling_proj(self.ling_enc(x, valid))


class ScalarPredictor(nn.Module):
    """One normalised value (pitch or energy) per symbol."""

    def __init__(self, p, width_in):
        super().__init__()
        width, hidden = p["predictor_num_memory_units"], p["predictor_lstm_units"]
        self.fsmn = Fsmn(
            p["predictor_filter_size"],
            p["predictor_fsmn_num_layers"],
            width_in,
            width,
            p["predictor_ffn_inner_dim"],
            p["predictor_dropout"],
            p["predictor_shift"],
        )
        self.blstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, 1)

    def forward(self, x, valid):
        lengths = valid[:, :, 0].sum(1).long().cpu()
        packed = nn.utils.rnn.pack_padded_sequence(self.fsmn(x, valid), lengths, batch_first=True, enforce_sorted=False)
        out = nn.utils.rnn.pad_packed_sequence(self.blstm(packed)[0], batch_first=True, total_length=x.shape[1])[0]
        return self.fc(out)[:, :, 0]


class Prenet(nn.Module):
    """Linear, ReLU and dropout per layer; a last plain linear where `width_out` is given."""

    def __init__(self, width_in, units, width_out=None, dropout=0.5):
        super().__init__()
        layers = []
        for a, b in zip([width_in] + units[:-1], units):
            layers += [nn.Linear(a, b), nn.ReLU(), nn.Dropout(dropout)]
        if width_out:
            layers.append(nn.Linear(units[-1], width_out))
        self.fcs = nn.ModuleList(layers)

    def forward(self, x):
        for layer in self.fcs:
            x = layer(x)
        return x


class DurationPredictor(nn.Module):
    """Autoregressive over symbols; works on log(frames + 1)."""

    def __init__(self, p, width_in):
        super().__init__()
        prenet, hidden = p["dur_pred_prenet_units"], p["dur_pred_lstm_units"]
        self.prenet = Prenet(1, prenet, dropout=p["predictor_dropout"])
        self.lstm = nn.LSTM(prenet[-1] + width_in, hidden, num_layers=2, batch_first=True)
        self.fc = nn.Linear(hidden, 1)
        # start near the mean log duration: below zero the ReLU would give no gradient
        nn.init.constant_(self.fc.bias, 2.0)

    def forward(self, cond, target):
        """Teacher forced: `target` (batch, T) true log durations."""
        previous = F.pad(target, (1, 0))[:, :-1, None]
        out, _ = self.lstm(torch.cat([self.prenet(previous), cond], -1))
        return F.relu(self.fc(out))[:, :, 0]

    def infer(self, cond):
        previous, state, outs = cond.new_zeros(cond.shape[0], 1, 1), None, []
        for t in range(cond.shape[1]):
            out, state = self.lstm(torch.cat([self.prenet(previous), cond[:, t : t + 1]], -1), state)
            previous = F.relu(self.fc(out))
            outs.append(previous[:, 0, 0])
        return torch.stack(outs, 1)


class DurationPosition(nn.Module):
    """Sinusoid of a frame's place within its symbol (1, 2, ...; 0 on padding), sine and cosine interleaved."""

    def __init__(self, width):
        super().__init__()
        steps = torch.arange(width, dtype=torch.float64) // 2 * 2 / width
        self.inv_timescales = nn.Parameter((10000.0**steps).float(), requires_grad=False)

    def forward(self, position):
        angle = position[..., None] / self.inv_timescales
        even = torch.arange(angle.shape[-1], device=angle.device) % 2 == 0
        return torch.where(even, angle.sin(), angle.cos())


class VarianceAdaptor(nn.Module):
    def __init__(self, p):
        super().__init__()
        text, cond = p["encoder_projection_units"], condition_width(p)
        self.pitch_predictor = ScalarPredictor(p, cond)
        self.energy_predictor = ScalarPredictor(p, cond)
        self.duration_predictor = DurationPredictor(p, cond)
        self.pitch_emb = nn.Conv1d(1, text, 9, padding=4)
        self.energy_emb = nn.Conv1d(1, text, 9, padding=4)
        self.dur_position_encoder = DurationPosition(text)

    def augmented(self, text, pitch, energy):
        """Text with the pitch and energy curves (batch, T) embedded."""
        curves = self.pitch_emb(pitch[:, None]) + self.energy_emb(energy[:, None])
        return text + curves.transpose(1, 2)


class Decoder(nn.Module):
    """PNCA decoder: each step sees the memory of three frames and gives three frames."""

    def __init__(self, p):
        super().__init__()
        width, memory = p["decoder_num_units"], memory_width(p)
        self.scale, self.mels, self.group = (
            math.sqrt(width),
            p["num_mels"],
            p["outputs_per_step"],
        )
        self.hidden, self.own = p.get("hidden_frames", 0.0), p.get("own_frames", 0.0)
        self.prenet = Prenet(p["num_mels"], p["decoder_prenet_units"], width)
        self.dec_in_proj = nn.Linear(memory + width, width)
        self.pnca = nn.ModuleList(
            PncaBlock(
                width,
                memory,
                p["decoder_num_heads"],
                p["decoder_ffn_inner_dim"],
                p["decoder_dropout"],
            )
            for _ in range(p["decoder_num_layers"])
        )
        self.ln = nn.LayerNorm(width, eps=EPSILON)
        self.dec_out_proj = nn.Linear(width, self.group * self.mels)

    def blocks(self, memory, previous, past, ahead, valid):
        x = self.dec_in_proj(torch.cat([memory, self.prenet(previous)], -1)) * self.scale
        for block in self.pnca:
            x = block(x, memory, past, ahead, valid)
        return self.dec_out_proj(self.ln(x)).view(x.shape[0], -1, self.mels)

    def forward(self, memory, frames, width, valid):
        """Teacher forced: `frames` (batch, P, mels), P a multiple of the group; `valid` (batch, steps, 1)."""
        past, ahead = bands(memory.shape[1], width)
        real = valid[:, None, None, :, 0] > 0
        own = torch.eye(memory.shape[1], dtype=torch.bool, device=memory.device)
        ahead = (ahead & real) | own
        previous = self.delayed(frames)
        if self.training:
            previous = self.as_in_speaking(memory, previous, past, ahead, valid)
        return self.blocks(memory, previous, past, ahead, valid)

    def delayed(self, frames):
        """What each step sees of the frames (batch, P, mels): the last one of the step before."""
        return F.pad(frames[:, self.group - 1 :: self.group], (0, 0, 1, 0))[:, :-1]

    def as_in_speaking(self, memory, previous, past, ahead, valid):
        """True previous frames, a share of them replaced by the decoder's own (scheduled sampling, Bengio et al. 2015)
        and another hidden, since speaking it has its own alone, which are not as good."""
        with torch.no_grad():
            own = self.delayed(self.blocks(memory, previous, past, ahead, valid))
        chance = torch.rand(previous.shape[:2], device=previous.device)[..., None]
        previous = torch.where(chance < self.own, own, previous)
        return previous * (chance < 1 - self.hidden)

    def infer(self, memory, width):
        """Free running, plainly: every step runs the whole past again. For checks, not for speed."""
        steps = memory.shape[1]
        past, ahead = bands(steps, width)
        valid = memory.new_ones(1, steps, 1)
        previous = memory.new_zeros(1, steps, self.mels)
        for step in range(steps):
            frames = self.blocks(memory, previous, past, ahead, valid)
            if step + 1 < steps:
                previous[:, step + 1] = frames[:, (step + 1) * self.group - 1]
        return frames


class MelDecoder(nn.Module):
    def __init__(self, p):
        super().__init__()
        self.mel_dec = Decoder(p)


class Postnet(nn.Module):
    def __init__(self, p):
        super().__init__()
        width, hidden = p["postnet_num_memory_units"], p["postnet_lstm_units"]
        self.fsmn = Fsmn(
            p["postnet_filter_size"],
            p["postnet_fsmn_num_layers"],
            p["num_mels"],
            width,
            p["postnet_ffn_inner_dim"],
            p["postnet_dropout"],
            p["postnet_shift"],
        )
        self.lstm = nn.LSTM(width, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, p["num_mels"])

    def forward(self, x, valid):
        return self.fc(self.lstm(self.fsmn(x, valid))[0])


def length_regulator(durations, group):
    """Of one utterance, from its durations (T,) in frames: each frame's symbol, its place in it (from 1) and whether it
    is real (1) or only fills up the last group (0); (P,), (P,) and (P, 1)."""
    symbols = torch.repeat_interleave(torch.arange(len(durations)), durations)
    starts = torch.cumsum(durations, 0) - durations
    places = torch.arange(1, len(symbols) + 1) - starts[symbols]
    filling = (0, -len(symbols) % group)
    real = F.pad(torch.ones(len(symbols)), filling)[:, None]
    return F.pad(symbols, filling), F.pad(places, filling).float(), real


def condition_width(p):
    return p["encoder_projection_units"] + p["speaker_units"] + p["emotion_units"]


def memory_width(p):
    return p["outputs_per_step"] * p["encoder_projection_units"] + p["speaker_units"] + p["emotion_units"]


class Sambert(nn.Module):
    """`p`: the `params` of KAN-TTS's `am/config.yaml`; `rows`: table sizes by symbol category."""

    def __init__(self, p, rows):
        super().__init__()
        self.group, self.band_limit = p["outputs_per_step"], p.get("band_limit")
        self.text_encoder = TextEncoder(p, rows)
        self.spk_tokenizer = nn.Embedding(rows["speaker"], p["speaker_units"])
        self.emo_tokenizer = nn.Embedding(rows["emotion"], p["emotion_units"])
        self.variance_adaptor = VarianceAdaptor(p)
        self.mel_decoder = MelDecoder(p)
        self.mel_postnet = Postnet(p)

    def condition(self, ids, speaker, emotion, valid):
        text = self.text_encoder(ids, valid)
        return text, self.spk_tokenizer(speaker), self.emo_tokenizer(emotion)

    def memory(self, augmented, speaker, emotion, spread):
        """Length regulator: each frame takes its symbol's row, each step the frames of its group.

        augmented, speaker and emotion (B, T, units), `spread` of `length_regulator`; gives (B, steps, memory width).
        """
        symbols, places, valid = spread
        text, speaker, emotion = (
            torch.gather(rows, 1, symbols[..., None].expand(-1, -1, rows.shape[-1])) * valid
            for rows in (augmented, speaker, emotion)
        )
        text = text + self.variance_adaptor.dur_position_encoder(places)
        grouped = text.reshape(text.shape[0], -1, self.group * text.shape[-1])
        return torch.cat([grouped, speaker[:, :: self.group], emotion[:, :: self.group]], -1)

    def band_width(self, durations):
        """Attention bands (B,) from the unrounded durations (B, T) in frames."""
        width = (durations.amax(-1) / self.group + 0.5).floor().long()
        return width if self.band_limit is None else width.clamp(max=self.band_limit)

    def forward(self, batch):
        """Teacher forced on a batch of `train.data`; gives every prediction that a loss is taken of."""
        valid = batch["valid"]
        text, speaker, emotion = self.condition(batch["ids"], batch["speaker"], batch["emotion"], valid)
        cond = torch.cat([text, speaker, emotion], -1)
        adaptor = self.variance_adaptor
        pitch, energy = (
            adaptor.pitch_predictor(cond, valid),
            adaptor.energy_predictor(cond, valid),
        )
        augmented = adaptor.augmented(text, batch["pitch"], batch["energy"])
        log_durations = torch.log1p(batch["durations"].float())
        durations = adaptor.duration_predictor(torch.cat([augmented, speaker, emotion], -1), log_durations)
        spread = (batch["symbols"], batch["places"], batch["frame_valid"])
        memory = self.memory(augmented, speaker, emotion, spread)
        width = self.band_width(batch["durations"].float())
        steps = batch["frame_valid"][:, :: self.group]
        frames = self.mel_decoder.mel_dec(memory, batch["frames"], width, steps)
        mel = frames + self.mel_postnet(frames * batch["frame_valid"], batch["frame_valid"])
        return {
            "pitch": pitch,
            "energy": energy,
            "durations": durations,
            "frames": frames,
            "mel": mel,
        }

    @torch.no_grad()
    def infer(self, ids, speaker, emotion, durations=None):
        """One utterance, free running: ids (T, 4); speaker, emotion and durations (T,), these in frames or None for the
        model's own. Gives mel (L, mels) and durations."""
        valid = torch.ones(1, len(ids), 1)
        text, spk, emo = self.condition(ids[None], speaker[None], emotion[None], valid)
        cond = torch.cat([text, spk, emo], -1)
        adaptor = self.variance_adaptor
        pitch, energy = (
            adaptor.pitch_predictor(cond, valid),
            adaptor.energy_predictor(cond, valid),
        )
        augmented = adaptor.augmented(text, pitch, energy)
        if durations is None:
            frames = torch.expm1(adaptor.duration_predictor.infer(torch.cat([augmented, spk, emo], -1))[0])
            durations = (frames + 0.5).floor().long()
        else:
            frames = durations.float()
        symbols, places, real = (row[None] for row in length_regulator(durations, self.group))
        memory = self.memory(augmented, spk, emo, (symbols, places, real))
        decoded = self.mel_decoder.mel_dec.infer(memory, self.band_width(frames[None]))
        decoded = decoded[:, : int(durations.sum())]
        return (decoded + self.mel_postnet(decoded, decoded.new_ones(decoded.shape[:2] + (1,))))[0], durations
