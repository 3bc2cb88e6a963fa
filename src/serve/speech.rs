//! The routes that speak.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_range_header::parse_range_header;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Service;
use super::kept::File;
use super::refusal::Refusal;
use super::request::{Fields, Wish};
use crate::encode::Format;

type Answer = Result<Response, Refusal>;

/// What a stream is where no format is named. Firefox plays MP3 that is opened as a page or in a frame, but never WAV, which
/// it saves.
fn usual(headers: &HeaderMap) -> Format {
    let has = |name: &str, value: &str| {
        let header = headers.get(name).and_then(|header| header.to_str().ok());
        header.is_some_and(|header| header.contains(value))
    };
    match Format::parse("mp3") {
        Ok(mp3) if has("sec-fetch-mode", "navigate") && has("user-agent", "Firefox/") => mp3,
        _ => Format::Wav,
    }
}

/// `POST tts`: a whole file, by its address or in base64.
pub async fn tts(State(service): State<Arc<Service>>, request: Request) -> Answer {
    let began = Instant::now();
    let wish = Fields::read(request).await?.wish(&service, Format::Wav)?;
    let (format, base64) = (wish.format, wish.base64);
    let sample_rate = wish.voice.synthesizer.manifest().sample_rate;
    let mut sound = service.pool.speak(wish)?;
    let (mut bytes, mut samples) = (Vec::new(), 0);
    while let Some(piece) = sound.next().await {
        let piece = piece?;
        if samples == 0 {
            service.measures.first_sound(began);
        }
        samples += piece.samples;
        bytes.extend(piece.bytes);
    }
    service.measures.sound(samples, sample_rate);
    format.close(&mut bytes);
    let duration = samples as f64 / f64::from(sample_rate);
    let size = bytes.len();
    let data = if base64 {
        json!({"audio": STANDARD.encode(&bytes), "duration": duration, "size": size})
    } else {
        let bytes = Bytes::from(bytes);
        let name = service.kept.keep(File { format, bytes });
        json!({"audio_url": format!("/tts/audio/{name}"), "duration": duration, "size": size})
    };
    Ok(success(data))
}

/// `GET tts/stream` and `POST tts/stream`: the sound while it is made.
pub async fn stream(State(service): State<Arc<Service>>, request: Request) -> Answer {
    let began = Instant::now();
    let usual = usual(request.headers());
    let wish = Fields::read(request).await?.wish(&service, usual)?;
    if wish.base64 {
        return Err(Refusal::Option("a stream is not base64".into()));
    }
    pour(service, wish, began).await
}

/// `POST v1/audio/speech`, as clients of cloud services ask for speech.
pub async fn cloud(State(service): State<Arc<Service>>, request: Request) -> Answer {
    let began = Instant::now();
    let wish = Fields::read(request).await?.cloud_wish(&service)?;
    pour(service, wish, began).await
}

/// Answers with the first chunk, so that what is wrong with a wish has a status of its own.
async fn pour(service: Arc<Service>, wish: Wish, began: Instant) -> Answer {
    let format = wish.format;
    let sample_rate = wish.voice.synthesizer.manifest().sample_rate;
    let mut sound = service.pool.speak(wish)?;
    let first = sound.next().await.unwrap_or(Err(Refusal::Dead))?;
    service.measures.first_sound(began);
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(1);
    tokio::spawn(async move {
        let mut next = Some(Ok(first));
        let mut samples = 0;
        while let Some(piece) = next {
            match piece {
                Ok(piece) => {
                    samples += piece.samples;
                    // An encoder may hold a short piece back.
                    let something = !piece.bytes.is_empty();
                    if something && sender.send(Ok(piece.bytes.into())).await.is_err() {
                        return;
                    }
                }
                // The connection breaks off, so that nobody takes it for the end.
                Err(refusal) => {
                    let _ = sender.send(Err(std::io::Error::other(refusal))).await;
                    return;
                }
            }
            next = sound.next().await;
        }
        service.measures.sound(samples, sample_rate);
    });
    let body = Body::from_stream(Receiver(receiver));
    let headers = [
        (header::CONTENT_TYPE, format.content_type()),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, body).into_response())
}

/// What a task sends, as a stream.
struct Receiver(mpsc::Receiver<Result<Bytes, std::io::Error>>);

impl futures_core::Stream for Receiver {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

/// `GET tts/audio/{name}`: a file that `tts` has made, or a range of it.
pub async fn audio(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let File { format, bytes } = service.kept.find(&name).ok_or(Refusal::Gone)?;
    let length = bytes.len() as u64;
    let common = [
        (header::CONTENT_TYPE, format.content_type()),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CACHE_CONTROL, "private, max-age=3600"),
    ];
    let range = headers
        .get(header::RANGE)
        .and_then(|range| range.to_str().ok());
    let Some(range) = range else {
        return Ok((common, bytes).into_response());
    };
    // Several ranges, or what is no range of bytes, may be answered as if there was none.
    let Ok(parsed) = parse_range_header(range) else {
        return Ok((common, bytes).into_response());
    };
    let ranges = parsed
        .validate(length)
        .map_err(|_| Refusal::Range(length))?;
    let [range] = &ranges[..] else {
        return Ok((common, bytes).into_response());
    };
    let (start, end) = (*range.start(), *range.end());
    if start >= length {
        return Err(Refusal::Range(length));
    }
    let part = bytes.slice(start as usize..end as usize + 1);
    let place = [(
        header::CONTENT_RANGE,
        format!("bytes {start}-{end}/{length}"),
    )];
    Ok((StatusCode::PARTIAL_CONTENT, common, place, part).into_response())
}

/// The common form of an answer.
pub fn success(data: Value) -> Response {
    Json(json!({"code": 0, "msg": "success", "data": data})).into_response()
}
