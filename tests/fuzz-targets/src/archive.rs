//! Archives and compressed streams as inputs.

use std::sync::Arc;

use exporter::{Context, Dataset as _, InputOptions, Password, Scan, Source, TableId};

/// Most bytes of an entry that are unpacked: the rest would only cost the fuzzer's time.
const UNPACKED: u64 = 1 << 20;

/// Opens an archive with the password of the corpus, looks at all its entries and reads the rows of the study in it.
///
/// # Panics
/// When a path of an entry leads out of the archive.
pub fn archive(bytes: &[u8]) {
    let (registry, context) =
        (exporter::registry(), Context::default().with_memory(16 << 20).with_threads(1));
    let mut options = InputOptions::default();
    options.password = Some(Password::new("p"));
    let source = Source::new("a.zip", Arc::new(exporter::source::MemoryBytes::new(bytes.to_vec())));
    let Ok(Some(files)) = registry.contents(&source, options.password.as_ref(), &context) else { return };
    for path in files.paths(&context).unwrap_or_default() {
        assert!(!path.split('/').any(|part| matches!(part, "" | "." | "..")), "{path:?}");
        let head = files.head(&path, 64, &context);
        if let Ok(Some(opened)) = files.open(&path, &context)
            && let Ok(Some(head)) = head
        {
            let again = opened.read_vec_at(0, head.len()).unwrap_or_default();
            assert_eq!(again, head, "{path:?} begins otherwise than it is");
            if opened.len() > UNPACKED {
                return;
            }
        }
    }
    let Ok(data) = exporter::open_sources(&[source], &options, &registry, &context) else { return };
    for table in 0..data.codebook().tables.len() {
        let Ok(batches) = context.scan(&data, TableId(table), &Scan::all()) else { continue };
        let _ = batches.take_while(Result::is_ok).count();
    }
}
