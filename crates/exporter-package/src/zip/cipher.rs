//! Encryption of entry data: AES-256 as WinZip defines it (AE-2) and the old PKZIP cipher.

use aes::Aes256;
use ctr::Ctr128LE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use exporter_core::Password;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::error::ZipError;

/// Bytes of an AES-256 salt (WinZip AE specification, "Salt value").
const SALT_BYTES: usize = 16;
/// Rounds of PBKDF2 (WinZip AE specification, "Key generation").
const ROUNDS: u32 = 1000;
/// Bytes of the authentication code after the data (WinZip AE specification, "Authentication code").
pub(crate) const MAC_BYTES: usize = 10;
/// Bytes before the data: the salt and two that check the password (WinZip AE specification, "File format").
pub(crate) const AES_HEAD: usize = SALT_BYTES + 2;
/// Bytes of the PKZIP encryption header (APPNOTE 6.1.3).
pub(crate) const ZIPCRYPTO_HEADER: usize = 12;

/// Where salts come from.
#[derive(Debug)]
pub(crate) enum Salts {
    Random,
    /// Derived from a seed and a counter.
    Fixed(u64, u64),
}

impl Salts {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ZipError> {
        match self {
            Self::Random => getrandom::fill(bytes).map_err(|error| ZipError::Entropy(error.to_string())),
            Self::Fixed(seed, count) => {
                *count += 1;
                let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(count.to_le_bytes());
                for (byte, value) in bytes.iter_mut().zip(digest.finalize()) {
                    *byte = value;
                }
                Ok(())
            }
        }
    }
}

/// The cipher of one entry.
pub(crate) enum Cipher {
    Aes(Box<(Ctr128LE<Aes256>, Hmac<Sha1>)>),
    ZipCrypto(Box<PkKeys>),
}

impl Cipher {
    /// Begins AES-256; gives the salt and the password check that stand before the data.
    pub(crate) fn aes(password: &Password, salts: &mut Salts) -> Result<(Self, Vec<u8>), ZipError> {
        let mut head = vec![0; SALT_BYTES];
        salts.fill(&mut head)?;
        let (cipher, check) = Self::aes_from_salt(password, &head)?;
        head.extend_from_slice(&check);
        Ok((cipher, head))
    }

    /// Begins to read AES-256 with the bytes before the data; `None` when the password is another one.
    pub(crate) fn open_aes(password: &Password, head: &[u8]) -> Result<Option<Self>, ZipError> {
        let (salt, found) = head.split_at(SALT_BYTES.min(head.len()));
        let (cipher, check) = Self::aes_from_salt(password, salt)?;
        Ok((found == check).then_some(cipher))
    }

    /// The cipher and the two bytes that check the password.
    fn aes_from_salt(password: &Password, salt: &[u8]) -> Result<(Self, [u8; 2]), ZipError> {
        let mut keys = Zeroizing::new([0_u8; 66]);
        pbkdf2::pbkdf2_hmac::<Sha1>(password.as_bytes(), salt, ROUNDS, &mut *keys);
        let (cipher_key, rest) = keys.split_at(32);
        let (mac_key, check) = rest.split_at(32);
        let check = [check.first().copied().unwrap_or_default(), check.get(1).copied().unwrap_or_default()];
        // The counter begins at one and counts in little-endian order, unlike the usual CTR mode.
        let mut counter = [0_u8; 16];
        counter[0] = 1;
        let wrong_length = |_| ZipError::Entropy("a derived key has the wrong length".to_owned());
        let cipher = Ctr128LE::<Aes256>::new_from_slices(cipher_key, &counter).map_err(wrong_length)?;
        let mac = <Hmac<Sha1> as KeyInit>::new_from_slice(mac_key)
            .map_err(|_| ZipError::Entropy("a derived key has the wrong length".to_owned()))?;
        Ok((Self::Aes(Box::new((cipher, mac))), check))
    }

    /// Begins the PKZIP cipher; gives the encrypted header, whose last byte lets readers check the password.
    pub(crate) fn zip_crypto(
        password: &Password,
        check: u8,
        salts: &mut Salts,
    ) -> Result<(Self, Vec<u8>), ZipError> {
        let mut head = vec![0; ZIPCRYPTO_HEADER];
        salts.fill(&mut head)?;
        if let Some(last) = head.last_mut() {
            *last = check;
        }
        let mut keys = PkKeys::new(password.as_bytes());
        keys.encrypt(&mut head);
        Ok((Self::ZipCrypto(Box::new(keys)), head))
    }

    /// Begins to read the PKZIP cipher with its header, which is decrypted in place; `None` when its last byte shows
    /// that the password is another one.
    pub(crate) fn open_zip_crypto(password: &Password, check: u8, head: &mut [u8]) -> Option<Self> {
        let mut keys = PkKeys::new(password.as_bytes());
        keys.decrypt(head);
        (head.last() == Some(&check)).then(|| Self::ZipCrypto(Box::new(keys)))
    }

    /// Decrypts in place.
    pub(crate) fn decrypt(&mut self, data: &mut [u8]) {
        match self {
            Self::Aes(state) => {
                let (cipher, mac) = &mut **state;
                mac.update(data);
                cipher.apply_keystream(data);
            }
            Self::ZipCrypto(keys) => keys.decrypt(data),
        }
    }

    /// Encrypts in place.
    pub(crate) fn encrypt(&mut self, data: &mut [u8]) {
        match self {
            Self::Aes(state) => {
                let (cipher, mac) = &mut **state;
                cipher.apply_keystream(data);
                mac.update(data);
            }
            Self::ZipCrypto(keys) => keys.encrypt(data),
        }
    }

    /// What stands behind the data.
    pub(crate) fn finish(self) -> Vec<u8> {
        match self {
            Self::Aes(state) => {
                let mut code = state.1.finalize().into_bytes().to_vec();
                code.truncate(MAC_BYTES);
                code
            }
            Self::ZipCrypto(_) => Vec::new(),
        }
    }
}

/// The three keys of the PKZIP cipher (APPNOTE 6.1.5).
pub(crate) struct PkKeys(Zeroizing<[u32; 3]>);

impl PkKeys {
    fn new(password: &[u8]) -> Self {
        let mut keys = Self(Zeroizing::new([0x1234_5678, 0x2345_6789, 0x3456_7890]));
        for byte in password {
            keys.update(*byte);
        }
        keys
    }

    fn update(&mut self, byte: u8) {
        let [first, second, third] = &mut *self.0;
        *first = crc_step(*first, byte);
        *second = second.wrapping_add(*first & 0xff).wrapping_mul(134_775_813).wrapping_add(1);
        *third = crc_step(*third, (*second >> 24) as u8);
    }

    /// The next byte of the key stream.
    fn key(&self) -> u8 {
        let word = (self.0[2] | 2) & 0xffff;
        (word.wrapping_mul(word ^ 1) >> 8) as u8
    }

    fn encrypt(&mut self, data: &mut [u8]) {
        for byte in data {
            let plain = *byte;
            *byte = plain ^ self.key();
            self.update(plain);
        }
    }

    fn decrypt(&mut self, data: &mut [u8]) {
        for byte in data {
            *byte ^= self.key();
            self.update(*byte);
        }
    }
}

/// One step of CRC-32 without the inversions.
fn crc_step(crc: u32, byte: u8) -> u32 {
    CRC_TABLE[usize::from((crc as u8) ^ byte)] ^ (crc >> 8)
}

/// CRC-32 of every byte, polynomial 0xEDB88320.
static CRC_TABLE: [u32; 256] = {
    let mut table = [0_u32; 256];
    let mut index = 0;
    while index < 256 {
        let mut value = index as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xEDB8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        table[index] = value;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_never_shows() {
        let shown = format!("{:?}", Password::new("very secret"));
        assert!(!shown.contains("secret") && !shown.contains("118"), "{shown}");
    }

    #[test]
    fn fixed_salts_repeat_and_random_ones_do_not() {
        let head = |mut salts: Salts| Cipher::aes(&Password::new("p"), &mut salts).unwrap().1;
        assert_eq!(head(Salts::Fixed(1, 0)), head(Salts::Fixed(1, 0)));
        assert_ne!(head(Salts::Fixed(1, 0)), head(Salts::Fixed(2, 0)));
        assert_ne!(head(Salts::Random), head(Salts::Random));
    }
}
