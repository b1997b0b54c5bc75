//! DXF 1: `Export.xml` with the root `dxf`, elements only (section 13.5).

mod reader;
mod sections;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

const ROOT: &str = "dxf";
const VALUES: &str = "dataValues";
const VALUE: &str = "dataValue";
const PERIODS: &str = "periods";
const PERIOD: &str = "period";

#[cfg(test)]
mod tests;
