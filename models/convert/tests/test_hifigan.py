"""The vocoder graph of random checkpoints against the trainer's PyTorch generator, whole and streamed."""

import numpy as np
import pytest
import torch

from convert import pack
from convert.checkpoint import fold_weight_norm
from convert.reference import Net, vocode, vocode_windows
from train.networks.hifigan import Generator

from . import checkpoints

RATE_24K = {
    "upsample_scales": [8, 5, 3, 2],
    "upsample_kernal_sizes": [16, 10, 6, 4],
    "resblock_dilations": [[1, 3, 5]] * 3,
}
# As in KAN-TTS's non-causal 16 kHz config, where one kernel is no multiple of its stride.
NON_CAUSAL = {"causal": False, "upsample_kernal_sizes": [20, 11, 4, 4]}
FLAVOURS = {
    "causal": {},
    "causal NSF": checkpoints.NSF,
    "causal 24 kHz": RATE_24K,
    "causal 24 kHz NSF": {**RATE_24K, **checkpoints.NSF},
    "non-causal": NON_CAUSAL,
    "non-causal NSF": {**NON_CAUSAL, **checkpoints.NSF},
}
FRAMES = 23


class Case:
    """One flavour: graph, PyTorch generator, inputs and the generator's samples."""

    def __init__(self, flavour):
        params = {**checkpoints.TINY_VOCODER, **FLAVOURS[flavour]}
        state, config = checkpoints.vocoder(params)
        self.state, self.config = fold_weight_norm(state), config
        model, self.about = pack.build_generator(self.state, config, int8=False)
        self.net, self.hop = Net(model.SerializeToString()), self.about["hop"]
        random = np.random.default_rng(6)
        self.mel = random.standard_normal((FRAMES, 80)).astype(np.float32)
        nsf = "source" in self.about
        self.source = random.standard_normal((8, FRAMES * self.hop)).astype(np.float32) * 0.1 if nsf else None
        self.expected = self.run_network(params, state)

    def run_network(self, params, state):
        network = Generator({"kernel_size": 7, **params}).eval()
        source = {key: value for key, value in state.items() if key.startswith("source_module.")}
        state = {key: value for key, value in state.items() if key not in source} | fold_weight_norm(source)
        network.load_state_dict({key: torch.from_numpy(value) for key, value in state.items()})
        source = None if self.source is None else torch.from_numpy(self.source)[None]
        with torch.no_grad():
            return network(torch.from_numpy(self.mel.T)[None], source)[0, 0].numpy()

    def run(self, chunks=None, net=None):
        net = net or self.net
        if self.about["causal"]:
            return vocode(net, self.mel, self.hop, self.source, chunks)
        chunk = FRAMES if chunks is None else chunks[0]
        return vocode_windows(net, self.mel, self.hop, self.about["halo"], chunk, self.source)


@pytest.fixture(scope="module", params=FLAVOURS)
def case(request):
    return Case(request.param)


def test_the_graph_equals_the_network(case):
    assert np.abs(case.expected).max() > 0.1
    np.testing.assert_allclose(case.run(), case.expected, atol=1e-5)


@pytest.mark.parametrize("chunks", [[1] * FRAMES, [2, 1, 5, 10, 5], [7, 16]])
def test_streamed_equals_whole(case, chunks):
    np.testing.assert_allclose(case.run(chunks), case.expected, atol=1e-5)


def test_a_window_may_reach_over_both_ends(case):
    """Masked frames hold no sound: whatever stands there, the samples inside don't change."""
    if case.about["causal"]:
        pytest.skip("only windows have a mask")
    valid = np.zeros(FRAMES + 9, np.float32)
    valid[4 : 4 + FRAMES] = 1
    inputs = {"mel": np.full((len(valid), 80), 3, np.float32), "valid": valid}
    inputs["mel"][4 : 4 + FRAMES] = case.mel
    if case.source is not None:
        inputs["source"] = np.pad(case.source, ((0, 0), (4 * case.hop, 5 * case.hop)), constant_values=0.5)
    samples = case.net(**inputs)["samples"][4 * case.hop : (4 + FRAMES) * case.hop]
    np.testing.assert_allclose(samples, case.expected, atol=1e-5)


def test_states_have_the_stated_shapes(case):
    states = {name: shape for name, shape in case.net.inputs.items() if name.startswith("state_")}
    assert list(states.values()) == case.about["states"]
    assert bool(states) == case.about["causal"]


def test_int8_stays_close(case):
    model, _ = pack.build_generator(case.state, case.config, int8=True)
    samples = case.run(net=Net(model.SerializeToString()))
    error = np.sqrt(np.mean((samples - case.expected) ** 2) / np.mean(case.expected**2))
    assert error < 0.05
