//! What each graph of a voice has to take and give to fit the sizes in `voice.json`. `models/README.md` documents it.

use super::Manifest;
use crate::nn::{Contract, Port, Size};

/// The tables of a symbol's features, in the order of `symbols` in `voice.json`.
const TABLES: [&str; 4] = [
    "text_encoder.sy_emb.weight",
    "text_encoder.tone_emb.weight",
    "text_encoder.syllable_flag_emb.weight",
    "text_encoder.ws_emb.weight",
];

impl Manifest {
    /// The contract of a graph, an empty one for a name that no graph has.
    pub fn contract(&self, graph: &str) -> Contract {
        match graph {
            "encoder" => self.encoder_contract(),
            "prosody" => self.prosody_contract(),
            "duration" => Contract {
                inputs: vec![
                    Port::floats("previous", [ONE, ONE]),
                    Port::floats("condition", [ONE, Size::Fixed(self.encoder.condition())]),
                ],
                outputs: vec![Port::floats("duration", [ONE, ONE])],
                ..Contract::default()
            },
            "decoder" => self.decoder_contract(),
            "postnet" => self.postnet_contract(),
            "vocoder" => self.vocoder_contract(),
            _ => Contract::default(),
        }
    }

    fn encoder_contract(&self) -> Contract {
        let sizes = &self.encoder;
        let rows = [
            self.symbols.sy.len(),
            self.symbols.tone.len(),
            self.symbols.syllable_flag.len(),
            self.symbols.word_segment.len(),
        ];
        let symbols = open("T");
        Contract {
            inputs: vec![
                Port::integers("symbols", [symbols, Size::Fixed(TABLES.len())]),
                Port::floats("position", [symbols]),
                Port::floats("valid", [symbols]),
                Port::floats(
                    "speaker_weights",
                    [symbols, Size::Fixed(sizes.speaker_rows)],
                ),
                Port::floats(
                    "emotion_weights",
                    [symbols, Size::Fixed(sizes.emotion_rows)],
                ),
            ],
            outputs: self.hidden(),
            tables: TABLES.into_iter().zip(rows).collect(),
            ..Contract::default()
        }
    }

    /// What the encoder makes of each symbol.
    fn hidden(&self) -> Vec<Port> {
        let sizes = &self.encoder;
        let widths = [
            ("text", sizes.text),
            ("speaker", sizes.speaker),
            ("emotion", sizes.emotion),
        ];
        let port = |(name, width)| Port::floats(name, [open("T"), Size::Fixed(width)]);
        widths.map(port).into()
    }

    fn prosody_contract(&self) -> Contract {
        let symbols = open("T");
        let values = [
            "valid",
            "pitch_scale",
            "pitch_shift",
            "energy_scale",
            "energy_shift",
        ];
        let values = values.map(|name| Port::floats(name, [symbols]));
        let condition = Size::Fixed(self.encoder.condition());
        Contract {
            inputs: self.hidden().into_iter().chain(values).collect(),
            outputs: vec![
                Port::floats("pitch", [symbols]),
                Port::floats("energy", [symbols]),
                Port::floats("condition", [symbols, condition]),
            ],
            ..Contract::default()
        }
    }

    fn decoder_contract(&self) -> Contract {
        let (sizes, encoder) = (&self.decoder, &self.encoder);
        let text = encoder.text * sizes.frames_per_step;
        let memory = Size::Fixed(text + encoder.speaker + encoder.emotion);
        let channels = Size::Fixed(self.mel.channels);
        let window = Size::Fixed(sizes.window);
        Contract {
            inputs: vec![
                Port::floats("memory", [ONE, memory]),
                Port::floats("memory_ahead", [open("R"), memory]),
                Port::floats("previous", [ONE, channels]),
                Port::floats("history_mask", [ONE, window]),
                Port::floats("future_mask", [ONE, window]),
            ],
            outputs: vec![Port::floats(
                "frames",
                [Size::Fixed(sizes.frames_per_step), channels],
            )],
            states: ["history", "future"]
                .map(|name| Port::floats(name, [Size::Any, window, Size::Any]))
                .into(),
            ..Contract::default()
        }
    }

    fn postnet_contract(&self) -> Contract {
        let channels = Size::Fixed(self.mel.channels);
        let look_ahead = self.postnet.look_ahead;
        let seen = Size::Open {
            symbol: "n",
            times: 1,
            plus: look_ahead,
        };
        // A postnet that looks ahead has to add its input to its output later.
        let residual =
            (look_ahead > 0).then(|| Port::floats("residual", [Size::Fixed(look_ahead), channels]));
        Contract {
            inputs: vec![
                Port::floats("frames", [open("n"), channels]),
                Port::floats("valid", [seen]),
            ],
            outputs: vec![Port::floats("mel", [open("n"), channels])],
            states: residual.into_iter().collect(),
            ..Contract::default()
        }
    }

    fn vocoder_contract(&self) -> Contract {
        let samples = Size::Open {
            symbol: "n",
            times: self.vocoded().1,
            plus: 0,
        };
        let mut inputs = vec![Port::floats("mel", [open("n"), Size::Fixed(self.mel.bins)])];
        if !self.vocoder.causal {
            inputs.push(Port::floats("valid", [open("n")]));
        }
        if let Some(source) = &self.vocoder.source {
            let harmonics = Size::Fixed(source.harmonics);
            inputs.push(Port::floats("source", [harmonics, samples]));
        }
        Contract {
            inputs,
            outputs: vec![Port::floats("samples", [samples])],
            ..Contract::default()
        }
    }
}

const ONE: Size = Size::Fixed(1);

fn open(symbol: &'static str) -> Size {
    Size::Open {
        symbol,
        times: 1,
        plus: 0,
    }
}
