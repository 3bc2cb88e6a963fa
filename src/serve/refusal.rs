//! Why a request gets no sound: a stable code, a message for people and the HTTP status that fits.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::Error;
use crate::encode::EncodeError;

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Speech(#[from] Error),
    /// An option that no voice has to understand.
    #[error("{0}")]
    Option(String),
    #[error("there is no voice `{0}`")]
    Voice(String),
    #[error("the body is not what its type says: {0}")]
    Format(String),
    #[error("the body must be JSON or a form")]
    Type,
    #[error("{0}")]
    Size(String),
    #[error("there is nothing here; `docs` lists what there is")]
    Route,
    #[error("this is not done by that method")]
    Method,
    #[error("the sound has been dropped to make room; ask for it again")]
    Gone,
    #[error("the range lies outside of the file's {0} bytes")]
    Range(u64),
    #[error("too many requests are waiting")]
    Busy,
    #[error("it took too long")]
    Time,
    #[error("the engine died")]
    Dead,
}

impl From<EncodeError> for Refusal {
    fn from(error: EncodeError) -> Refusal {
        match error {
            EncodeError::Format(message) => Refusal::Option(message),
            EncodeError::Failed => Refusal::Dead,
        }
    }
}

impl Refusal {
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Speech(error) => error.code(),
            Refusal::Option(_) => "E_OPTION_FORMAT",
            Refusal::Voice(_) => "E_VOICE_UNKNOWN",
            Refusal::Format(_) | Refusal::Type => "E_REQUEST_FORMAT",
            Refusal::Size(_) => "E_REQUEST_SIZE",
            Refusal::Route => "E_REQUEST_ROUTE",
            Refusal::Method => "E_REQUEST_METHOD",
            Refusal::Gone => "E_AUDIO_GONE",
            Refusal::Range(_) => "E_REQUEST_RANGE",
            Refusal::Busy => "E_SERVICE_BUSY",
            Refusal::Time => "E_SERVICE_TIME",
            Refusal::Dead => "E_WORKER",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Refusal::Speech(Error::TextEmpty | Error::Text(_) | Error::Option(_)) => {
                StatusCode::BAD_REQUEST
            }
            Refusal::Speech(_) | Refusal::Dead => StatusCode::INTERNAL_SERVER_ERROR,
            Refusal::Option(_) | Refusal::Format(_) => StatusCode::BAD_REQUEST,
            Refusal::Voice(_) | Refusal::Route | Refusal::Gone => StatusCode::NOT_FOUND,
            Refusal::Type => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Size(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
            Refusal::Range(_) => StatusCode::RANGE_NOT_SATISFIABLE,
            Refusal::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Time => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

impl IntoResponse for Refusal {
    /// `error` is what clients of cloud services look for; the rest is langdu's own form.
    fn into_response(self) -> Response {
        let (code, msg) = (self.code(), self.to_string());
        let status = self.status();
        let kind = if status.is_client_error() {
            "invalid_request_error"
        } else {
            "server_error"
        };
        let error = json!({"message": msg, "type": kind, "code": code, "param": null});
        let body = json!({"code": code, "msg": msg, "data": null, "error": error});
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self {
            Refusal::Busy => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Refusal::Range(length) => {
                if let Ok(value) = HeaderValue::from_str(&format!("bytes */{length}")) {
                    headers.insert(header::CONTENT_RANGE, value);
                }
            }
            _ => (),
        }
        response
    }
}
