"""Random checkpoints in KAN-TTS's layout, of any size, so that the tests need no download."""

import numpy as np

TINY_AM = {
    "embedding": 48,
    "width": 32,
    "heads": 4,
    "encoder_layers": 2,
    "encoder_ffn": 64,
    "units": 32,
    "speakers": 2,
    "mask": True,
    "predictor_layers": 2,
    "predictor_memory": 32,
    "predictor_ffn": 48,
    "lstm": 16,
    "decoder_layers": 2,
    "decoder_ffn": 64,
    "decoder_prenet": 48,
    "channels": 80,
    "postnet_layers": 2,
    "postnet_memory": 32,
    "postnet_ffn": 48,
    "postnet_shift": 17,
}
BUNDLED_AM = {
    **TINY_AM,
    "embedding": 256,
    "width": 128,
    "heads": 8,
    "encoder_layers": 4,
    "encoder_ffn": 512,
    "speakers": 1,
    "predictor_layers": 3,
    "predictor_memory": 128,
    "predictor_ffn": 256,
    "lstm": 128,
    "decoder_layers": 6,
    "decoder_ffn": 512,
    "decoder_prenet": 256,
    "channels": 82,
    "postnet_memory": 256,
    "postnet_ffn": 512,
}
TINY_VOCODER = {
    "in_channels": 80,
    "channels": 16,
    "upsample_scales": [10, 5, 2, 2],
    "upsample_kernal_sizes": [20, 10, 4, 4],
    "resblock_kernel_sizes": [3, 7, 11],
    "resblock_dilations": [[1, 3], [1, 3], [1, 3]],
    "causal": True,
    "nonlinear_activation": "LeakyReLU",
    "nonlinear_activation_params": {"negative_slope": 0.1},
    "use_weight_norm": True,
}
NSF = {"nsf_params": {"nb_harmonics": 7, "sampling_rate": 16000}}
BUNDLED_VOCODER = {**TINY_VOCODER, "channels": 64, "resblock_dilations": [[1, 3, 5, 7]] * 3, **NSF}
SY, TONE, FLAG, SEGMENT, EMOTION = 144, 7, 5, 5, 33


class State(dict):
    """A state dict filled with seeded random tensors of sensible size."""

    def __init__(self, seed):
        super().__init__()
        self.random = np.random.default_rng(seed)

    def tensor(self, key, *shape, deviation=1.0):
        self[key] = (self.random.standard_normal(shape) * deviation).astype(np.float32)

    def layer(self, key, *shape, bias=True):
        self.tensor(f"{key}.weight", *shape, deviation=np.prod(shape[1:]) ** -0.5)
        if bias:
            self.tensor(f"{key}.bias", shape[0], deviation=0.1)

    def norm(self, key, width):
        self.tensor(f"{key}.weight", width, deviation=0.1)
        self[f"{key}.weight"] += 1
        self.tensor(f"{key}.bias", width, deviation=0.1)

    def lstm(self, key, inputs, hidden, suffix):
        for kind, width in (("ih", inputs), ("hh", hidden)):
            self.tensor(f"{key}.weight_{kind}{suffix}", 4 * hidden, width, deviation=hidden**-0.5)
            self.tensor(f"{key}.bias_{kind}{suffix}", 4 * hidden, deviation=0.1)

    def fsmn(self, key, layers, inputs, memory, ffn):
        for i in range(layers):
            self.layer(f"{key}.ffn_lst.{i}.w_1", ffn, inputs if i == 0 else memory, 1)
            self.layer(f"{key}.ffn_lst.{i}.w_2", memory, ffn, 1, bias=False)
            self.tensor(f"{key}.memory_block_lst.{i}.conv_dw.weight", memory, 1, 41, deviation=0.1)

    def normed_conv(self, key, *shape):
        """A weight-normalised convolution whose gain is not the norm of its direction."""
        self.tensor(f"{key}.weight_v", *shape, deviation=np.prod(shape[1:]) ** -0.5)
        norm = np.sqrt((self[f"{key}.weight_v"] ** 2).sum(axis=tuple(range(1, len(shape))), keepdims=True))
        self[f"{key}.weight_g"] = (norm * self.random.uniform(0.4, 0.8, norm.shape)).astype(np.float32)


def acoustic(sizes=TINY_AM, seed=1):
    """(state dict, config) of a random Sambert."""
    s, z, width = State(seed), sizes, sizes["width"]
    specials = 3 if z["mask"] else 2
    tables = {"sy": SY, "tone": TONE, "syllable_flag": FLAG, "ws": SEGMENT}
    for name, rows in tables.items():
        s.tensor(f"text_encoder.{name}_emb.weight", rows + specials, z["embedding"], deviation=0.3)
    enc = "text_encoder.ling_enc"
    half = z["embedding"] // 2
    angles = np.arange(1, 801)[:, None] * 10000.0 ** (-np.arange(half) / (half - 1))
    table = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[None]
    s[f"{enc}.position_enc.position_enc"] = table.astype(np.float32)
    for i in range(z["encoder_layers"]):
        inputs = z["embedding"] if i == 0 else width
        s.norm(f"{enc}.fft.{i}.slf_attn.layer_norm", inputs)
        s.layer(f"{enc}.fft.{i}.slf_attn.w_qkv", 3 * width, inputs)
        s.layer(f"{enc}.fft.{i}.slf_attn.fc", width, width)
        s.layer(f"{enc}.fft.{i}.pos_ffn.w_1", z["encoder_ffn"], width, 3)
        s.layer(f"{enc}.fft.{i}.pos_ffn.w_2", width, z["encoder_ffn"], 1)
        s.norm(f"{enc}.fft.{i}.pos_ffn.layer_norm", width)
    s.norm(f"{enc}.ln", width)
    s.layer("text_encoder.ling_proj", z["units"], width, bias=False)
    s.tensor("spk_tokenizer.weight", z["speakers"] + specials, z["units"], deviation=0.3)
    s.tensor("emo_tokenizer.weight", EMOTION + specials, z["units"], deviation=0.3)

    condition, adaptor = 3 * z["units"], "variance_adaptor"
    for name in ("pitch", "energy"):
        key = f"{adaptor}.{name}_predictor"
        s.fsmn(f"{key}.fsmn", z["predictor_layers"], condition, z["predictor_memory"], z["predictor_ffn"])
        for suffix in ("_l0", "_l0_reverse"):
            s.lstm(f"{key}.blstm", z["predictor_memory"], z["lstm"], suffix)
        s.layer(f"{key}.fc", 1, 2 * z["lstm"])
        s.layer(f"{adaptor}.{name}_emb", z["units"], 1, 9)
    key = f"{adaptor}.duration_predictor"
    s.layer(f"{key}.prenet.fcs.0", z["lstm"], 1)
    s.layer(f"{key}.prenet.fcs.3", z["lstm"], z["lstm"])
    s.lstm(f"{key}.lstm", z["lstm"] + condition, z["lstm"], "_l0")
    s.lstm(f"{key}.lstm", z["lstm"], z["lstm"], "_l1")
    s.layer(f"{key}.fc", 1, z["lstm"])
    s[f"{key}.fc.bias"][:] = np.log(6)
    s.tensor(f"{adaptor}.dur_position_encoder.inv_timescales", z["units"])

    dec, memory = "mel_decoder.mel_dec", 5 * z["units"]
    s.layer(f"{dec}.prenet.fcs.0", z["decoder_prenet"], z["channels"])
    s.layer(f"{dec}.prenet.fcs.3", z["decoder_prenet"], z["decoder_prenet"])
    s.layer(f"{dec}.prenet.fcs.6", width, z["decoder_prenet"])
    s.layer(f"{dec}.dec_in_proj", width, memory + width)
    for i in range(z["decoder_layers"]):
        key = f"{dec}.pnca.{i}.pnca_attn"
        s.norm(f"{key}.layer_norm", width)
        s.layer(f"{key}.w_x_qkv", 3 * width, width)
        s.layer(f"{key}.fc_x", width, width)
        s.layer(f"{key}.w_h_kv", 2 * width, memory)
        s.layer(f"{key}.fc_h", width, width)
        s.layer(f"{dec}.pnca.{i}.pos_ffn.w_1", z["decoder_ffn"], width, 1)
        s.layer(f"{dec}.pnca.{i}.pos_ffn.w_2", width, z["decoder_ffn"], 1)
        s.norm(f"{dec}.pnca.{i}.pos_ffn.layer_norm", width)
    s.norm(f"{dec}.ln", width)
    s.layer(f"{dec}.dec_out_proj", 3 * z["channels"], width)

    s.fsmn("mel_postnet.fsmn", z["postnet_layers"], z["channels"], z["postnet_memory"], z["postnet_ffn"])
    s.lstm("mel_postnet.lstm", z["postnet_memory"], z["lstm"], "_l0")
    s.layer("mel_postnet.fc", z["channels"], z["lstm"])
    params = {
        "encoder_num_heads": z["heads"],
        "decoder_num_heads": z["heads"],
        "predictor_shift": 0,
        "postnet_shift": z["postnet_shift"],
        "outputs_per_step": 3,
    }
    speakers = ",".join(["F7", "F74", "FBYN"][: z["speakers"]])
    return dict(s), {"Model": {"KanTtsSAMBERT": {"params": params}}, "linguistic_unit": {"speaker_list": speakers}}


def vocoder(params=TINY_VOCODER, seed=2):
    """(state dict, config) of a random HiFi-GAN generator, weight norm not folded."""
    s, channels = State(seed), params["channels"]

    def conv(key, *shape):
        s.normed_conv(key, *shape)
        s.tensor(f"{key}.bias", shape[0], deviation=0.05)

    conv("conv_pre.conv1d", channels, params["in_channels"], 7)
    for i in range(len(params["upsample_scales"])):
        half = channels // 2
        conv(f"repeat_upsamples.{i}.2.conv1d", half, channels, 7)
        key = f"transpose_upsamples.{i}.1.deconv"
        s.normed_conv(key, channels, half, params["upsample_kernal_sizes"][i])
        s.tensor(f"{key}.bias", half, deviation=0.05)
        for j, (kernel, dilations) in enumerate(zip(params["resblock_kernel_sizes"], params["resblock_dilations"])):
            block = f"conv_blocks.{3 * i + j}"
            for d in range(len(dilations)):
                conv(f"{block}.convs1.{d}.conv1d", half, half, kernel)
                conv(f"{block}.convs2.{d}.conv1d", half, half, kernel)
        if "nsf_params" in params:
            stride = int(np.prod(params["upsample_scales"][i + 1 :]))
            conv(f"source_downs.{i}.conv1d", half, 1, 2 * stride if stride > 1 else 1)
        channels = half
    conv("conv_post.conv1d", 1, channels, 7)
    if "nsf_params" in params:
        conv("source_module.ffn.0", 1, params["nsf_params"]["nb_harmonics"] + 1, 1)
    return dict(s), {"Model": {"Generator": {"params": dict(params)}}}
