//! An HTTP server that takes requests for a survey and streams what they ask for while it is being written.
//!
//! The export is synchronous and runs in `spawn_blocking`; its sink is a channel into the response body, so memory stays
//! bounded whatever the survey's size. When the export fails, the body ends in an error and the client sees a broken
//! transfer instead of a short file.
//!
//! ```sh
//! cargo run -p exporter --example serve -- examples/anes96/study.toml 127.0.0.1:3000
//! curl http://127.0.0.1:3000/csv.zip -o survey.zip
//! curl http://127.0.0.1:3000/export -o adults.zip --json '{ "request": 1, "formats": [{ "format": "dta" }],
//!     "excerpt": { "conditions": ["age >= 18"] }, "packaging": { "zip": { "level": 9 } } }'
//! ```

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use exporter::request::{Packaging, Request, ZipPackaging};
use exporter::sink::StreamSink;
use exporter::{AssembledDataset, Context, Error, Result};
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let study = PathBuf::from(words.next().unwrap_or_else(|| "examples/anes96/study.toml".into()));
    let address = words.next().unwrap_or_else(|| "127.0.0.1:3000".into());
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app(open(study)?)).await?;
    Ok(())
}

/// Opens the survey once; every request scans it anew.
pub fn open(study: PathBuf) -> Result<Arc<AssembledDataset>> {
    Request::new([study]).open(&exporter::registry(), &Context::default()).map(Arc::new)
}

/// `POST /export` with a request, and `GET /{format}.zip` for the simplest one.
pub fn app(survey: Arc<AssembledDataset>) -> Router {
    Router::new().route("/export", post(export)).route("/{file}", get(download)).with_state(survey)
}

async fn export(State(survey): State<Arc<AssembledDataset>>, body: String) -> Response {
    answer(survey, Request::from_json(&body)).unwrap_or_else(|error| refused(StatusCode::BAD_REQUEST, &error))
}

async fn download(State(survey): State<Arc<AssembledDataset>>, Path(file): Path<String>) -> Response {
    let format = file.strip_suffix(".zip").unwrap_or(&file);
    let zip = Packaging::Zip(ZipPackaging::default().with_name("survey.zip"));
    answer(survey, Ok(Request::default().with_format(format).with_packaging(zip)))
        .unwrap_or_else(|error| refused(StatusCode::NOT_FOUND, &error))
}

fn refused(status: StatusCode, error: &Error) -> Response {
    let hint = error.hint().map(|hint| format!("\n{hint}")).unwrap_or_default();
    (status, format!("{error}{hint}\n")).into_response()
}

/// Begins to send what a request asks for.
fn answer(survey: Arc<AssembledDataset>, request: Result<Request>) -> Result<Response> {
    let request = request?;
    // They would be read with the rights of the server; inputs are refused because the data is given.
    if request.secrets().next().is_some() {
        return Err(Error::usage("a request to this server names no secrets"));
    }
    let context = Context::default();
    let export = request.prepare_for(survey, &exporter::registry(), &context)?;
    let entries = export.entries();
    let [entry] = entries.as_slice() else {
        return Err(Error::usage(format!("a response is one file, and this export has {}", entries.len()))
            .with_hint("write \"packaging\": { \"zip\": {} }"));
    };
    let media_type = entry.media_type.clone();
    let (sender, receiver) = mpsc::channel(8);
    tokio::task::spawn_blocking(move || {
        let body = ChannelWriter { sender: sender.clone() };
        let sink = Box::new(StreamSink::new(io::BufWriter::with_capacity(64 << 10, body)));
        if let Err(error) = export.run(sink, &context) {
            // The receiver may be gone: then nobody is left to tell.
            let _ = sender.blocking_send(Err(io::Error::from(error)));
        }
    });
    let chunks = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    Ok(([(header::CONTENT_TYPE, media_type)], Body::from_stream(chunks)).into_response())
}

/// Sends what is written to the response body and waits when the client is slow.
struct ChannelWriter {
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Write for ChannelWriter {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match self.sender.blocking_send(Ok(Bytes::copy_from_slice(buffer))) {
            Ok(()) => Ok(buffer.len()),
            Err(_) => Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client went away")),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
