//! The public functions of a crate, by a scan of its lines: rustfmt keeps items at the margin.

use std::path::{Path, PathBuf};

/// One public function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Public {
    /// `Type::name`, `Trait::name` or `name`.
    pub name: String,
    /// Its file.
    pub file: PathBuf,
}

/// The public functions and the functions of public traits below a folder of sources.
///
/// # Panics
/// If a source cannot be read.
pub fn public_functions(folder: &Path) -> Vec<Public> {
    let mut all = Vec::new();
    for entry in folder.read_dir().expect("a folder of sources") {
        let file = entry.expect("an entry").path();
        if file.is_dir() {
            all.extend(public_functions(&file));
        } else if file.extension().is_some_and(|end| end == "rs") {
            let text = std::fs::read_to_string(&file).expect("a source");
            all.extend(names(&text).into_iter().map(|name| Public { name, file: file.clone() }));
        }
    }
    all.sort();
    all.dedup_by(|a, b| a.name == b.name);
    all
}

fn names(text: &str) -> Vec<String> {
    let (mut owner, mut public_trait, mut found) = (None, false, Vec::new());
    for line in text.lines().take_while(|line| *line != "mod tests {") {
        let item = line.trim_start();
        let margin = item.len() == line.len();
        if item.starts_with("impl") || item.starts_with("pub trait ") || (margin && item == "}") {
            // `impl Watch for () {}` has no end of its own
            owner = if item.ends_with("{}") { None } else { owner_of(item) };
            public_trait = item.starts_with("pub trait ");
        }
        let name = function(item.strip_prefix("pub ").unwrap_or(item));
        let public = item.starts_with("pub ") || (public_trait && line.starts_with("    fn "));
        if let (Some(name), true) = (name, public) {
            found.push(match &owner {
                Some(owner) => format!("{owner}::{name}"),
                None => name.to_owned(),
            });
        }
    }
    found
}

/// `name` of `const fn name<T>(…)`.
fn function(item: &str) -> Option<&str> {
    let item = item.strip_prefix("const ").unwrap_or(item).strip_prefix("fn ")?;
    Some(&item[..item.find(['(', '<'])?])
}

/// `Type` of `impl<T: Real> Type<T> {` and of `pub trait Type: Debug {`.
fn owner_of(item: &str) -> Option<String> {
    let rest = match item.strip_prefix("pub trait ") {
        Some(rest) => rest,
        None => after_generics(item.strip_prefix("impl")?).trim_start(),
    };
    let word = |c: char| c.is_alphanumeric() || c == '_';
    Some(rest.chars().take_while(|c| word(*c)).collect())
}

/// What follows `<…>`, or all of it.
fn after_generics(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if !text[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return if c == '>' { &text[at + 1..] } else { &text[at..] };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn functions_have_the_names_of_their_owners() {
        let text = "pub fn norm<T: Real>(x: &[T]) -> f64 {\n}\n\
                    impl<T: Real, F: Fn() -> f64> Network<T, F> {\n    pub const fn beta(self) {\n    }\n    fn own() {}\n}\n\
                    pub(crate) fn inner() {\n}\n\
                    impl Watch for () {}\npub fn first() {\n}\n\
                    pub trait Pool<T>: Debug {\n    fn weigh(&self);\n}\n\
                    trait Private {\n    fn no(&self);\n}\n\
                    pub fn last() {}\n\
                    mod tests {\n    pub fn helper() {}\n}\n";
        assert_eq!(names(text), ["norm", "Network::beta", "first", "Pool::weigh", "last"]);
    }
}
