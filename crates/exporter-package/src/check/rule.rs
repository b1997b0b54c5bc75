//! What archives, gzip streams and folders must keep to.

use exporter_core::check::Rule;

macro_rules! rules {
    ($($name:ident = $severity:ident($code:literal, $requirement:literal) $(, $consequence:literal)?;)+) => {
        $(
            #[doc = $requirement]
            pub const $name: Rule = Rule::$severity($code, $requirement)$(.consequence($consequence))?;
        )+

        /// Every rule.
        pub const ALL: &[Rule] = &[$($name,)+];
    };
}

rules! {
    END = error("end", "The archive ends with its end record, which points to the directory.");
    DIRECTORY = error("directory", "The directory is written as this program writes it.");
    NAME = error("name", "Names stay below the folder they are unpacked into and do not fall on one another.");
    LAYOUT = error("layout", "The entries follow one another without overlaps and gaps, up to the directory.");
    HEADER = error("header", "What stands round an entry's data says the same as the directory.");
    LIMIT = error("limit", "The archive stays within the limits of the check.");
    PASSWORD = error("password", "Encrypted entries open with the password."), "give the password to have the entries checked, too";
    ARCHIVE = error("archive", "The archive has a directory whose entries have names of their own and do not overlap.");
    DATA = error("data", "The data of an entry is complete and can be unpacked.");
    SIZE = error("size", "An entry unpacks to as many bytes as the directory says.");
    CHECKSUM = error("checksum", "What an entry unpacks to has its checksum, or its authentication code when it is encrypted with AES.");
    UNCHECKED = warning("unchecked", "Every entry is small enough to be copied and checked by the rules of its own format.");
    MANIFEST = error("manifest", "The manifest lists every entry with its bytes, rows and SHA-256, and nothing else.");
}
