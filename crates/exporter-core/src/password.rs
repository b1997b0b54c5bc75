//! Passwords: wiped from memory, never shown.

use std::fmt;

use zeroize::Zeroizing;

/// A password; wiped from memory when dropped and never shown.
///
/// ```
/// use exporter_core::Password;
///
/// let password = Password::new("correct horse");
/// assert_eq!((password.as_bytes(), &*format!("{password:?}")), (&b"correct horse"[..], "Password(hidden)"));
/// ```
#[derive(Clone)]
pub struct Password(Zeroizing<Vec<u8>>);

impl Password {
    /// Takes the password's bytes, UTF-8 by custom.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    /// The bytes, for the cipher.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(hidden)")
    }
}
