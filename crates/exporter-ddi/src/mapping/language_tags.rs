//! Names of languages as tags: what forms call "Kiswahili" is `sw` in XML.

use std::borrow::Cow;

use crate::structure::is_language;

/// Names in lower case, in English and their own, and tags of ISO 639.
const NAMES: [(&str, &str); 74] = [
    ("albanian", "sq"),
    ("amharic", "am"),
    ("arabic", "ar"),
    ("armenian", "hy"),
    ("azerbaijani", "az"),
    ("bahasa indonesia", "id"),
    ("bengali", "bn"),
    ("bosnian", "bs"),
    ("bulgarian", "bg"),
    ("burmese", "my"),
    ("chinese", "zh"),
    ("croatian", "hr"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dari", "prs"),
    ("deutsch", "de"),
    ("dutch", "nl"),
    ("english", "en"),
    ("español", "es"),
    ("espanol", "es"),
    ("estonian", "et"),
    ("farsi", "fa"),
    ("finnish", "fi"),
    ("français", "fr"),
    ("francais", "fr"),
    ("french", "fr"),
    ("georgian", "ka"),
    ("german", "de"),
    ("greek", "el"),
    ("gujarati", "gu"),
    ("hausa", "ha"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("igbo", "ig"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("kazakh", "kk"),
    ("khmer", "km"),
    ("kinyarwanda", "rw"),
    ("kirundi", "rn"),
    ("kiswahili", "sw"),
    ("korean", "ko"),
    ("kyrgyz", "ky"),
    ("lao", "lo"),
    ("latvian", "lv"),
    ("lithuanian", "lt"),
    ("macedonian", "mk"),
    ("malagasy", "mg"),
    ("malay", "ms"),
    ("mongolian", "mn"),
    ("nepali", "ne"),
    ("norwegian", "no"),
    ("oromo", "om"),
    ("pashto", "ps"),
    ("persian", "fa"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("português", "pt"),
    ("punjabi", "pa"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("serbian", "sr"),
    ("somali", "so"),
    ("spanish", "es"),
    ("swahili", "sw"),
    ("swedish", "sv"),
    ("tajik", "tg"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("urdu", "ur"),
    ("uzbek", "uz"),
    ("vietnamese", "vi"),
];

/// The language tag for a name: the name itself where it is one, that of a known language, else a private one.
pub(crate) fn tag_of(name: &str) -> Cow<'_, str> {
    // Tags of languages have two or three letters; a longer first part is a name.
    let is_tag = is_language(name) && name.split('-').next().is_some_and(|first| first.len() <= 3);
    if is_tag {
        return name.into();
    }
    let lower = name.trim().to_lowercase();
    let known = |name: &str| NAMES.iter().find(|(known, _)| *known == name).map(|(_, tag)| *tag);
    // Forms write `English (en)`.
    let inside =
        lower.split_once('(').and_then(|(_, inside)| inside.strip_suffix(')')).filter(|tag| is_language(tag));
    if let Some(tag) = inside {
        return tag.to_owned().into();
    }
    if let Some(tag) = known(&lower) {
        return tag.into();
    }
    let letters: Vec<char> = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let parts: Vec<String> = letters.chunks(8).map(|part| part.iter().collect()).collect();
    if parts.is_empty() { "x-other".into() } else { format!("x-{}", parts.join("-")).into() }
}

#[cfg(test)]
mod tests {
    use super::tag_of;
    use crate::structure::is_language;

    #[test]
    fn names_become_tags() {
        for (name, tag) in [
            ("en", "en"),
            ("pt-BR", "pt-BR"),
            ("Kiswahili", "sw"),
            ("English (en)", "en"),
            ("x-lang2", "x-lang2"),
            ("Kinyamwezi", "x-kinyamwe-zi"),
            ("Мова", "x-other"),
            ("", "x-other"),
            ("Spanish", "es"),
        ] {
            assert_eq!(tag_of(name), tag);
            assert!(is_language(&tag_of(name)));
        }
    }
}
