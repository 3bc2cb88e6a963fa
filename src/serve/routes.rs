//! Which address is answered by what.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::refusal::Refusal;
use super::request::LARGEST_BODY;
use super::speech::success;
use super::{Service, docs, speech};

pub fn router(service: Arc<Service>) -> Router {
    Router::new()
        .route("/tts", post(speech::tts))
        .route("/tts/stream", get(speech::stream).post(speech::stream))
        .route("/tts/audio/{name}", get(speech::audio))
        .route("/v1/audio/speech", post(speech::cloud))
        .route("/voices", get(voices))
        .route("/health", get(health))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(async || docs::openapi()))
        .route("/docs", get(async || docs::page()))
        .route(
            "/docs/{file}",
            get(async |Path(name): Path<String>| docs::file(&name)),
        )
        .fallback(async || Refusal::Route)
        .method_not_allowed_fallback(other_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn_with_state(service.clone(), watch))
        .with_state(service)
}

/// Says which methods there are, or that this is none of them; the header `Allow` comes from the router.
async fn other_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        Refusal::Method.into_response()
    }
}

/// Ends what takes too long, and counts.
async fn watch(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or_else(|| "unknown".to_string(), |path| path.as_str().to_string());
    let answer = tokio::time::timeout(service.limits.patience, next.run(request)).await;
    let mut response = answer.unwrap_or_else(|_| Refusal::Time.into_response());
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    let status = response.status().as_u16();
    service.measures.request(&route, status, began.elapsed());
    response
}

async fn voices(State(service): State<Arc<Service>>) -> Response {
    let voices = service.voices.iter().map(|voice| {
        let manifest = voice.synthesizer.manifest();
        let emotions: Vec<_> = manifest.emotions.supported.keys().collect();
        let speakers: Vec<_> = manifest
            .speakers
            .iter()
            .map(|speaker| &speaker.name)
            .collect();
        json!({
            "name": manifest.name,
            "language": manifest.language,
            "sample_rate": manifest.sample_rate,
            "speakers": speakers,
            "emotions": emotions,
            "pitch": manifest.pitch.is_some(),
        })
    });
    success(voices.collect())
}

async fn health(State(service): State<Arc<Service>>) -> Response {
    success(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "jobs": service.pool.busy(),
        "queue": service.limits.queue,
        "formats": crate::encode::Format::NAMES,
    }))
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let kind = "text/plain; version=0.0.4; charset=utf-8";
    let text = tokio::task::spawn_blocking(move || service.measures.render(&service)).await;
    ([(header::CONTENT_TYPE, kind)], text.unwrap_or_default()).into_response()
}
