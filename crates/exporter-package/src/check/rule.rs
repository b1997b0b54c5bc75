//! What archives, gzip streams and folders must keep to.

use exporter_core::check::Rule;

macro_rules! rules {
    ($($name:ident = $code:literal, $requirement:literal $(, $consequence:literal)?;)+) => {
        $(
            #[doc = $requirement]
            pub const $name: Rule = Rule::error($code, $requirement)$(.consequence($consequence))?;
        )+

        /// Every rule.
        pub const ALL: &[Rule] = &[$($name,)+];
    };
}

rules! {
    END = "end", "The archive ends with its end record, which points to the directory.";
    DIRECTORY = "directory", "The directory is written as this program writes it.";
    NAME = "name", "Names stay below the folder they are unpacked into and do not fall on one another.";
    LAYOUT = "layout", "The entries follow one another without overlaps and gaps, up to the directory.";
    HEADER = "header", "What stands round an entry's data says the same as the directory.";
    LIMIT = "limit", "The archive stays within the limits of the check.";
    PASSWORD = "password", "Encrypted entries open with the password.", "the right password opens what is inside for the check";
    DATA = "data", "The data of an entry is complete and can be unpacked.";
    SIZE = "size", "An entry unpacks to as many bytes as the directory says.";
    CHECKSUM = "checksum", "What an entry unpacks to has its checksum, or its authentication code when it is encrypted with AES.";
    MANIFEST = "manifest", "The manifest lists every entry with its bytes, rows and SHA-256, and nothing else.";
}
