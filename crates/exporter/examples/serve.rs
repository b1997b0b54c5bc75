//! An HTTP server that streams a survey as a zip while it is being written.
//!
//! The export is synchronous and runs in `spawn_blocking`; its sink is a channel into the response body, so memory stays
//! bounded whatever the survey's size. When the export fails, the body ends in an error and the client sees a broken
//! transfer instead of a short file.
//!
//! ```sh
//! cargo run -p exporter --example serve -- examples/anes96/study.toml 127.0.0.1:3000
//! curl http://127.0.0.1:3000/csv.zip -o survey.zip
//! ```

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use exporter::package::{Packaged, ZipOptions};
use exporter::sink::StreamSink;
use exporter::{AssembledDataset, Context, InputOptions, Result};
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
    let options = InputOptions::default();
    exporter::open(&[study], &options, &exporter::registry(), &Context::default()).map(Arc::new)
}

/// One route: `/{format}.zip`.
pub fn app(survey: Arc<AssembledDataset>) -> Router {
    Router::new().route("/{file}", get(download)).with_state(survey)
}

async fn download(State(survey): State<Arc<AssembledDataset>>, Path(file): Path<String>) -> Response {
    let format = file.strip_suffix(".zip").unwrap_or(&file).to_owned();
    let exporter = match exporter::registry().exporter(&format, serde_json::Value::Null) {
        Ok(exporter) => exporter,
        Err(error) => return (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    };
    let (sender, receiver) = mpsc::channel(8);
    tokio::task::spawn_blocking(move || {
        let packaged = Packaged::zip(exporter, "survey.zip", ZipOptions::default());
        let body = ChannelWriter { sender: sender.clone() };
        let sink = Box::new(StreamSink::new(io::BufWriter::with_capacity(64 << 10, body)));
        if let Err(error) = exporter::export(&packaged, &*survey, sink, &Context::default()) {
            // The receiver may be gone: then nobody is left to tell.
            let _ = sender.blocking_send(Err(io::Error::from(error)));
        }
    });
    let chunks = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    });
    ([(header::CONTENT_TYPE, "application/zip")], Body::from_stream(chunks)).into_response()
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
