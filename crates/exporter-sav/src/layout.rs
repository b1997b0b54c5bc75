//! Where the values of a case stand: variables, segments and elements.

use crate::metadata::SavVariable;
use crate::spec::{ELEMENT_BYTES, SEGMENT_STEP, SEGMENT_WIDTH};

/// How a text of a width is cut into segments (7): each is declared as a variable of its own, and holds 255 bytes of the
/// text in 256 bytes of the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segments {
    width: usize,
}

impl Segments {
    /// Of a text of so many bytes, at least one.
    pub(crate) fn new(width: usize) -> Self {
        Self { width: width.max(1) }
    }

    /// How many there are.
    pub(crate) fn count(self) -> usize {
        if self.width <= SEGMENT_WIDTH { 1 } else { self.width.div_ceil(SEGMENT_STEP) }
    }

    /// Declared widths, in their order.
    pub(crate) fn widths(self) -> impl Iterator<Item = usize> {
        let count = self.count();
        let last = self.width - SEGMENT_STEP * (count - 1);
        (0..count).map(move |segment| if segment + 1 < count { SEGMENT_WIDTH } else { last })
    }

    /// Elements of all segments.
    pub(crate) fn elements(self) -> usize {
        self.widths().map(|width| width.div_ceil(ELEMENT_BYTES)).sum()
    }
}

/// Elements that a variable takes of a case.
pub(crate) fn elements(variable: &SavVariable) -> usize {
    variable.width.map_or(1, |width| Segments::new(usize::from(width)).elements())
}

/// First element of each variable, and at the end the elements of a case.
pub(crate) fn first_elements(variables: &[SavVariable]) -> (Vec<usize>, usize) {
    let mut next = 0;
    let firsts = variables.iter().map(|variable| {
        let first = next;
        next += elements(variable);
        first
    });
    (firsts.collect(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_as_spss_cuts_them() {
        let widths = |width| Segments::new(width).widths().collect::<Vec<_>>();
        assert_eq!((widths(1), widths(255), widths(256)), (vec![1], vec![255], vec![255, 4]));
        assert_eq!(widths(504), [255, 252]);
        assert_eq!(widths(505), [255, 255, 1]);
        let longest = widths(32_767);
        assert_eq!((longest.len(), longest.last()), (131, Some(&7)));
        assert_eq!(Segments::new(512).elements(), 32 + 32 + 1);
    }
}
