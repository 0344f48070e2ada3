//! Names out of rustdoc's pages: its index of all items, and the anchors of each item's members.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Kinds of items whose members are promised with them. The page of an alias lists those of its target.
const WITH_MEMBERS: [&str; 4] = ["struct", "enum", "union", "trait"];

/// Where an item's own members end: what follows belongs to traits, or to whoever implements this one.
const OTHERS: [&str; 7] = [
    "deref-methods",
    "trait-implementations",
    "synthetic-implementations",
    "blanket-implementations",
    "dyn-compatibility",
    "foreign-impls",
    "implementors",
];

/// The anchors of members, and what we call them.
const MEMBERS: [(&str, &str); 6] = [
    ("structfield.", "field"),
    ("variant.", "variant"),
    ("associatedconstant.", "const"),
    ("associatedtype.", "type"),
    ("tymethod.", "required fn"),
    ("method.", "fn"),
];

/// Every public name of the crate whose documentation is in the folder.
pub(super) fn names(folder: &Path) -> Result<BTreeSet<String>, String> {
    let index = read(folder, "all.html")?;
    let mut names = at_root(&read(folder, "index.html")?);
    for page in items(&index) {
        let Some((kind, path)) = item(page) else { continue };
        names.insert(format!("{kind} {path}"));
        if WITH_MEMBERS.contains(&kind) {
            let text = read(folder, page)?;
            names.extend(members(&text).iter().map(|member| format!("{kind} {path} {member}")));
        }
    }
    match names.is_empty() {
        true => Err(format!("{}: rustdoc lists no items there", folder.join("all.html").display())),
        false => Ok(names),
    }
}

fn read(folder: &Path, page: &str) -> Result<String, String> {
    let file = folder.join(page);
    fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
}

/// Modules and re-exports, which the index of all items leaves out.
fn at_root(page: &str) -> BTreeSet<String> {
    let modules = quoted(page, "class=\"mod\" href=\"")
        .filter_map(|page| page.strip_suffix("/index.html").map(|name| format!("mod {name}")));
    let others = quoted(page, "id=\"reexport.").map(|name| format!("use {}", plain(name)));
    modules.chain(others).collect()
}

/// The pages that the index of all items links to.
fn items(index: &str) -> Vec<&str> {
    let list = index.split_once("id=\"main-content\"").map_or("", |(_, list)| list);
    quoted(list, "href=\"").collect()
}

/// `outer/struct.Name.html` is the struct `outer::Name`.
fn item(page: &str) -> Option<(&str, String)> {
    let (folder, file) = page.rsplit_once('/').unwrap_or(("", page));
    let (kind, name) = file.strip_suffix(".html")?.split_once('.')?;
    let outer = folder.split('/').filter(|part| !part.is_empty());
    let path: Vec<&str> = outer.chain([name]).collect();
    Some((kind, path.join("::")))
}

/// The members that an item's page promises.
fn members(page: &str) -> BTreeSet<String> {
    let own = quoted(page, "id=\"").take_while(|id| !OTHERS.contains(&family(id)));
    own.filter_map(member).collect()
}

/// `deref-methods-Vec<T>` is of the family `deref-methods`.
fn family(id: &str) -> &str {
    if id.starts_with("deref-methods") { "deref-methods" } else { id }
}

/// `method.new-1` is the function `new` (of a second block), `variant.A.field.x` a field of a variant, and
/// `variant.A.fields` the heading over those.
fn member(id: &str) -> Option<String> {
    if id.split('.').skip(2).eq(["fields"]) {
        return None;
    }
    let named = |(prefix, word): &(&str, &str)| {
        id.strip_prefix(prefix).map(|name| format!("{word} {}", plain(name).replace('.', " ")))
    };
    MEMBERS.iter().find_map(named)
}

/// Without the number that makes an anchor unique; a name has no hyphen.
fn plain(name: &str) -> &str {
    name.split('-').next().unwrap_or(name)
}

/// What stands between each `mark`, which ends in a quote, and the next quote.
fn quoted<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(mark).skip(1).filter_map(|rest| rest.split('"').next())
}

#[cfg(test)]
mod tests {
    use super::{at_root, item, items, members, names};
    use crate::shell::scratch;
    use std::fs;

    const INDEX: &str = r##"<a href="#structs">Crate Items</a><section id="main-content">
<li><a href="struct.Patterns.html">Patterns</a></li><li><a href="npy/fn.read.html">npy::read</a></li>
<li><a href="type.Rows.html">Rows</a></li></section>"##;

    const STRUCT: &str = r##"<h2 id="fields"></h2><span id="structfield.rows"></span>
<h2 id="implementations"></h2><section id="impl-Patterns%3CT%3E"><section id="method.new">
<h5 id="errors"></h5><section id="method.new-1"><section id="associatedconstant.MOST">
<h2 id="trait-implementations"></h2><section id="method.clone">"##;

    const TRAIT: &str = r##"<section id="associatedtype.State"><section id="tymethod.look">
<section id="method.stopped"><h2 id="foreign-impls"></h2><section id="method.other">"##;

    const ENUM: &str = r##"<section id="variant.Ragged"><div id="variant.Ragged.fields"><span id="variant.Ragged.field.row">
<h2 id="deref-methods-Vec%3CT%3E"></h2><section id="method.len">"##;

    #[test]
    fn the_index_leads_to_items() {
        let pages = items(INDEX);
        assert_eq!(pages, ["struct.Patterns.html", "npy/fn.read.html", "type.Rows.html"]);
        assert_eq!(item(pages[1]), Some(("fn", "npy::read".to_owned())));
        assert_eq!(item("index.html"), None);
    }

    #[test]
    fn members_are_an_items_own() {
        let list = |page| members(page).into_iter().collect::<Vec<_>>();
        assert_eq!(list(STRUCT), ["const MOST", "field rows", "fn new"]);
        assert_eq!(list(TRAIT), ["fn stopped", "required fn look", "type State"]);
        assert_eq!(list(ENUM), ["variant Ragged", "variant Ragged field row"]);
    }

    #[test]
    fn modules_and_what_others_made_are_names_too() {
        let page = r##"<a class="mod" href="zoo/index.html"><dt id="reexport.Mat"><dt id="reexport.f-1">"##;
        let found: Vec<_> = at_root(page).into_iter().collect();
        assert_eq!(found, ["mod zoo", "use Mat", "use f"]);
    }

    #[test]
    fn a_folder_of_pages_becomes_a_list() {
        let folder = scratch("tests-names").expect("a folder");
        let write = |file: &str, text: &str| fs::write(folder.join(file), text).expect("written");
        assert!(names(&folder).expect_err("empty").contains("all.html"));
        write("index.html", "");
        write("all.html", "");
        assert!(names(&folder).expect_err("no items").contains("no items"));
        write("all.html", INDEX);
        assert!(names(&folder).expect_err("no page").contains("struct.Patterns.html"));
        write("struct.Patterns.html", STRUCT);
        let found: Vec<_> = names(&folder).expect("complete").into_iter().collect();
        assert_eq!(
            found,
            [
                "fn npy::read",
                "struct Patterns",
                "struct Patterns const MOST",
                "struct Patterns field rows",
                "struct Patterns fn new",
                "type Rows"
            ]
        );
    }
}
