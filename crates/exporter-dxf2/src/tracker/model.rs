//! The two models of servers, and how files are written.

use crate::mode::Mode;
use crate::target::Target;

/// In whose words a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Events, enrolments and tracked entity instances; servers till 2.41 take them.
    Older,
    /// The tracker since 2.36.
    New,
}

impl Model {
    /// The model that is best for a version.
    pub fn of_target(target: Target) -> Self {
        if target >= Target::V2_38 { Self::New } else { Self::Older }
    }

    /// Whether servers of this version take it.
    pub fn is_taken_by(self, target: Target) -> bool {
        match self {
            Self::Older => target.has_older_tracker(),
            Self::New => target >= Target::V2_38,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Older => "the older model",
            Self::New => "the new tracker",
        }
    }
}

/// For whom a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// In whose words.
    pub model: Model,
    /// The version that reads it.
    pub target: Target,
    /// What becomes of that which it would refuse.
    pub mode: Mode,
}

impl WriteOptions {
    /// For a version, in the words that are best for it; what it would refuse is remarked.
    pub fn new(target: Target) -> Self {
        Self { model: Model::of_target(target), target, mode: Mode::Lenient }
    }

    /// In the words of this model.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.model = model;
        self
    }

    /// What the version would refuse is an error.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.mode = Mode::Strict;
        self
    }
}

/// Whether servers have geometries (2.32), which before had coordinates of points, and types and texts.
pub(super) fn has_geometry(target: Target) -> bool {
    target >= Target::V2_38
}
