//! The description of the routes, and a page that tries them: Swagger UI, out of the program itself.

use std::io::{Cursor, Read};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;
use zip::ZipArchive;

use super::refusal::Refusal;

/// The description of the routes.
pub const OPENAPI: &str = include_str!("../../openapi/openapi.json");

const PAGE: &str = include_str!("../../openapi/docs/index.html");
const BEGIN: &str = include_str!("../../openapi/docs/begin.js");

pub fn page() -> Response {
    text("text/html; charset=utf-8", PAGE)
}

pub fn openapi() -> Response {
    text("application/json", OPENAPI)
}

/// A file of the page.
pub fn file(name: &str) -> Result<Response, Refusal> {
    let kind = match name {
        "begin.js" => return Ok(text("text/javascript; charset=utf-8", BEGIN)),
        "swagger-ui-bundle.js" => "text/javascript; charset=utf-8",
        "swagger-ui.css" => "text/css; charset=utf-8",
        _ => return Err(Refusal::Route),
    };
    let bytes = unpack(name).ok_or(Refusal::Route)?;
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

fn unpack(name: &str) -> Option<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(SWAGGER_UI_VENDORED)).ok()?;
    let path = archive
        .file_names()
        .find(|path| path.ends_with(&format!("/dist/{name}")))?
        .to_string();
    let mut bytes = Vec::new();
    archive.by_name(&path).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn text(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
