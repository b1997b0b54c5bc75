//! Generated data sets: every type at its limits, every missing value, every limit of the format.

mod contents;
mod dates;
mod descriptions;
mod random;
mod shapes;

use exporter_dta::Release;

use super::table::Case;

use contents::{accents, binary, limits, nuls, strl_accents, strls, texts};
pub(crate) use dates::DAYS;
use dates::dates;
use descriptions::{descriptions, labels};
use random::random;
use shapes::{columns, empty, single};

/// Releases that the writer knows.
pub(crate) const RELEASES: [Release; 6] =
    [Release::V113, Release::V114, Release::V115, Release::V117, Release::V118, Release::V119];

/// Every case in every release that has what it needs.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = vec![columns(Release::V118, 32_767), columns(Release::V119, 33_000)];
    for release in RELEASES {
        cases.extend([
            limits(release),
            texts(release),
            accents(release),
            empty(release),
            single(release),
            descriptions(release),
        ]);
        cases.push(labels(release));
        cases.push(dates(release));
        if release.has_strl() {
            cases.extend([
                strls(release, false),
                strls(release, true),
                strl_accents(release),
                binary(release),
                nuls(release),
            ]);
        }
        let seeds = if release == Release::V118 { 0..12 } else { 0..2 };
        cases.extend(seeds.map(|seed| random(release, seed)));
    }
    cases
}
