//! The codebook's JSON gives back every codebook, and validation survives every one.

use exporter_core::Codebook;
use exporter_testkit::codebook;
use proptest::prelude::*;

proptest! {
    #[test]
    fn json_gives_back_the_codebook(codebook in codebook::codebooks()) {
        let json = codebook.to_json().unwrap();
        let back = Codebook::from_json(&json).unwrap();
        prop_assert_eq!(&back, &codebook);
        prop_assert_eq!(back.to_json().unwrap(), json);
    }

    #[test]
    fn kinds_are_read_from_what_they_write(kind in codebook::kinds()) {
        let json = serde_json::to_string(&kind).unwrap();
        prop_assert_eq!(&serde_json::from_str::<exporter_core::codebook::Kind>(&json).unwrap(), &kind);
        if !kind.is_nested() {
            prop_assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }

    #[test]
    fn validation_agrees_with_the_list_of_problems(codebook in codebook::codebooks()) {
        prop_assert_eq!(codebook.problems().is_empty(), codebook.validate().is_ok());
    }
}
