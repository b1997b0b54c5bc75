//! The blocks of code of a README, which tests run.

/// The blocks of one language in a text of Markdown, without their marks; what follows the language behind a comma does not
/// matter.
pub fn blocks(markdown: &str, language: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<(bool, String)> = None;
    for line in markdown.lines() {
        match (line.strip_prefix("```"), &mut block) {
            (Some(said), None) => {
                block = Some((said.trim().split(',').next() == Some(language), String::new()));
            }
            (Some(_), Some(_)) => {
                blocks.extend(block.take().filter(|(is_wanted, _)| *is_wanted).map(|(_, text)| text));
            }
            (None, Some((_, text))) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn blocks_are_of_one_language_and_whole() {
        let text = "a\n```sh\none ```\ntwo\n```\n```rust,ignore\nlet x;\n```\n```\nsh\n```\n```sh\nthree\n```\n```sh\nopen";
        assert_eq!(blocks(text, "sh"), ["one ```\ntwo\n", "three\n"]);
        assert_eq!(blocks(text, "rust"), ["let x;\n"]);
    }
}
