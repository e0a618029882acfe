//! Style as a test: the plan of docs/ARCHITECTURE.md, checked against the sources. The plan is the
//! tables below; to change who may use what, change a table. Every rule has an example of what
//! it refuses in `tidy/wrong`.

mod source;

use source::{Source, words};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// One row of "What each room may use". A room is a top-level module; every room may use `error`.
struct Room {
    name: &'static str,
    /// Rooms and parts of rooms, as paths from the crate's root. Of `db`, upper floors see the unit
    /// of work, the value of a JSON column, and the connection's type, to hand it on to a query.
    may_use: &'static [&'static str],
    /// Words that its code must not contain, mostly of crates that belong to others.
    never: &'static [&'static str],
}

const ALL: &[&str] =
    &["api", "app", "check", "cli", "config", "db", "delivery", "demo", "domain", "input", "jobs", "repositories", "server", "services"];

const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        may_use: &[],
        // Derives that let an enum or a value be stored are fine; whatever asks a database is not.
        never: &["actix", "diesel::prelude", "diesel::insert_into", "QueryDsl", "RunQueryDsl", "Utc::now", "SystemTime::now", "rand::", "getrandom"],
    },
    Room { name: "input", may_use: &["domain"], never: &["actix", "diesel"] },
    Room { name: "error", may_use: &["domain"], never: &["actix"] },
    Room { name: "config", may_use: &["domain", "db::Target"], never: &["actix"] },
    Room { name: "db", may_use: &["domain"], never: &["actix"] },
    Room { name: "repositories", may_use: &["domain", "db"], never: &["actix", "r2d2", "db::pool", "db::executor"] },
    Room {
        name: "services",
        may_use: &["domain", "input", "repositories", "db::Conn", "db::Tx", "db::tx", "db::Snapshot", "db::types::Json"],
        never: &["actix", "lettre"],
    },
    Room {
        name: "api",
        may_use: &["app", "domain", "input", "repositories", "services", "db::Tx", "db::tx", "db::Snapshot", "db::types::Json"],
        never: &["lettre"],
    },
    Room {
        name: "app",
        may_use: &["config", "db", "domain", "services::workflow", "repositories::events", "repositories::idempotency", "repositories::identity"],
        never: &["lettre"],
    },
    Room { name: "delivery", may_use: &["app", "config", "domain", "repositories", "services", "db::Conn", "db::Tx", "db::tx"], never: &["actix"] },
    Room { name: "jobs", may_use: &["app", "config", "domain", "repositories", "services", "db::Conn", "db::Tx", "db::tx"], never: &["actix"] },
    Room { name: "check", may_use: &["app", "db", "domain", "repositories", "services::orders::derive"], never: &["actix"] },
    Room { name: "demo", may_use: &["app", "config", "db", "delivery", "domain", "input", "jobs", "repositories", "services"], never: &[] },
    Room { name: "cli", may_use: ALL, never: &[] },
    Room { name: "server", may_use: ALL, never: &[] },
    Room { name: "main", may_use: ALL, never: &[] },
    Room { name: "lib", may_use: ALL, never: &[] },
];

/// Modules that may use more than their room.
const EXCEPTIONS: &[(&str, &str)] = &[("services::workflow", "services")];

/// Rooms whose modules are strangers to each other; elsewhere a module may use its whole room.
const STRANGERS: &[&str] = &["services"];

/// Macros stand at the crate's root; this is where they are at home.
const MACROS: &[(&str, &str)] =
    &[("each", "db"), ("here", "db"), ("here_by_length", "db"), ("insert_row", "db"), ("insert_rows", "db"), ("row_of", "db"), ("words", "domain")];

/// What only some modules may do.
struct Reserved {
    words: &'static [&'static str],
    to: &'static [&'static str],
}

/// `.filter(…)` and the like don't compile on a table without one of the first three.
const QUERIES: Reserved = Reserved {
    words: &["diesel::prelude", "QueryDsl", "RunQueryDsl", "diesel::insert_into", "diesel::update", "diesel::delete", "diesel::select", "sql_query"],
    to: &["repositories", "db", "check"],
};
const TRANSACTIONS: Reserved = Reserved { words: &["begin_transaction", ".transaction(", "\"BEGIN"], to: &["db", "app"] };
const MAIL: Reserved = Reserved { words: &["lettre"], to: &["delivery"] };
const CLOCK: Reserved = Reserved { words: &["Utc::now", "Local::now", "SystemTime::now"], to: &["db::clock", "app", "server", "main"] };

/// What says that something isn't done, in whatever is compiled.
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!", "#[ignore", "dead_code"];

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 80;
/// Files that may be longer, each with its reason.
const LONG_FILES: &[&str] = &["src/db/schema.rs"]; // a list of tables

/// The roots from which every module must be reached.
const ROOTS: &[(&str, &[&str])] = &[("src", &["src/lib.rs", "src/main.rs"]), ("tests", &["tests/main.rs"])];

type Rule = fn(&Tree) -> Vec<String>;

const RULES: &[(&str, Rule)] = &[
    ("imports", imports),
    ("foreign", foreign),
    ("queries", |tree| reserved(tree, &QUERIES)),
    ("transactions", |tree| reserved(tree, &TRANSACTIONS)),
    ("mail", |tree| reserved(tree, &MAIL)),
    ("clock", |tree| reserved(tree, &CLOCK)),
    ("abort", abort),
    ("unfinished", unfinished),
    ("file-size", file_size),
    ("function-size", function_size),
    ("opening", opening),
    ("twins", twins),
    ("orphan", orphan),
];

/// The project's files, by their paths from its root.
#[derive(Default)]
struct Tree(BTreeMap<String, String>);

impl Tree {
    /// Reads the project. The wrong examples are text files and therefore no part of it.
    fn read(root: &Path) -> Self {
        let mut tree = Self::default();
        let mut waiting: Vec<_> = ["Cargo.toml", "src", "tests", "benches", "examples", "migrations"].iter().map(|name| root.join(name)).collect();
        while let Some(path) = waiting.pop() {
            if path.is_dir() {
                waiting.extend(fs::read_dir(&path).expect("a folder can be listed").map(|entry| entry.expect("an entry can be read").path()));
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "sql" || kind == "toml") {
                let name = path.strip_prefix(root).expect("it was found below the root").to_string_lossy().replace('\\', "/");
                tree.0.insert(name, fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
            }
        }
        tree
    }

    /// Reads an example: after its head, each `// path:` line begins a file. Modules above it that
    /// it doesn't bring are supplied, so that it breaks nothing but what it shows.
    fn example(text: &str) -> Self {
        let mut tree = Self::default();
        for part in text.split("// path: ").skip(1) {
            let (path, text) = part.split_once('\n').expect("a line names the path");
            let text = if text.starts_with("// breaks:") { text.split_once('\n').map_or("", |(_, rest)| rest) } else { text };
            tree.0.insert(path.trim().to_owned(), text.to_owned());
        }
        let brought: BTreeSet<String> = tree.0.keys().cloned().collect();
        let mut waiting: Vec<String> = brought.iter().filter(|path| path.ends_with(".rs")).cloned().collect();
        while let Some(path) = waiting.pop() {
            let Some((name, parents)) = declaration(&path) else { continue };
            if !parents.iter().any(|parent| brought.contains(parent)) {
                let parent = tree.0.entry(parents[0].clone()).or_insert_with(|| "//! Supplied.\n".to_owned());
                parent.push_str(&format!("mod {name};\n"));
                waiting.push(parents[0].clone());
            }
        }
        tree
    }

    /// The library's and the binary's files, each with its module path and its code, tests aside.
    fn modules(&self) -> impl Iterator<Item = (&str, Vec<&str>, Source)> {
        self.rust().filter_map(|(path, text)| {
            let module = path.strip_prefix("src/")?.strip_suffix(".rs")?;
            Some((path, module.split('/').filter(|part| *part != "mod").collect(), Source::of(text).without_tests()))
        })
    }

    fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter(|(path, _)| path.ends_with(".rs")).map(|(path, text)| (path.as_str(), text.as_str()))
    }
}

/// Everything that breaks a rule, as `rule: path:line: what`.
fn findings(tree: &Tree) -> Vec<String> {
    RULES.iter().flat_map(|(name, rule)| rule(tree).into_iter().map(move |finding| format!("{name}: {finding}"))).collect()
}

/// Names a place: the path and the line of a position in the text.
fn place(path: &str, text: &str, at: usize) -> String {
    format!("{path}:{}", text[..at].matches('\n').count() + 1)
}

/// Whether a path is this room, or in it.
fn is_within(path: &[&str], room: &str) -> bool {
    room.split("::").enumerate().all(|(depth, part)| path.get(depth) == Some(&part))
}

fn imports(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, module, source) in tree.modules() {
        let Some(room) = ROOMS.iter().find(|room| room.name == module[0]) else {
            found.push(format!("{path}: no row of the plan is about `{}`", module[0]));
            continue;
        };
        let own = module[..module.len().min(if STRANGERS.contains(&room.name) { 2 } else { 1 })].join("::");
        let more = EXCEPTIONS.iter().filter(|(who, _)| is_within(&module, who)).map(|(_, what)| *what);
        let allowed: Vec<&str> = room.may_use.iter().copied().chain(more).chain(["error", &own]).collect();
        for used in source.paths(&module) {
            let [start, target @ ..] = used.segments.as_slice() else { continue };
            let target: Vec<&str> = target.iter().map(String::as_str).map(at_home).collect();
            if start == "crate" && !target.is_empty() && !allowed.iter().any(|room| is_within(&target, room)) {
                found.push(format!("{}: {} may not use {}", place(path, &source.bare, used.at), module.join("::"), target.join("::")));
            }
        }
    }
    found
}

/// The room of a macro; other names stay what they are.
fn at_home(name: &str) -> &str {
    MACROS.iter().find(|(macro_name, _)| *macro_name == name).map_or(name, |(_, room)| room)
}

fn foreign(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, module, source) in tree.modules() {
        for room in ROOMS.iter().filter(|room| room.name == module[0]) {
            found.extend(uses(path, &module, &source, room.never));
        }
    }
    found
}

fn reserved(tree: &Tree, reserved: &Reserved) -> Vec<String> {
    // What a room must never contain is said once, by `foreign`.
    let is_never = |module: &[&str], word: &str| ROOMS.iter().any(|room| room.name == module[0] && room.never.contains(&word));
    let mut found = Vec::new();
    for (path, module, source) in tree.modules() {
        if !reserved.to.iter().any(|room| is_within(&module, room)) {
            let words: Vec<&str> = reserved.words.iter().copied().filter(|word| !is_never(&module, word)).collect();
            found.extend(uses(path, &module, &source, &words));
        }
    }
    found
}

/// Where these words are used, plainly or spread over a `use` tree. A word that begins with a
/// quote is looked for in strings.
fn uses(path: &str, module: &[&str], source: &Source, unwanted: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let spelled: Vec<(usize, String)> = source.paths(module).into_iter().map(|used| (used.at, used.segments.join("::"))).collect();
    for word in unwanted {
        let text = if word.starts_with('"') { &source.code } else { &source.bare };
        let in_trees = spelled.iter().filter(|(_, used)| words(used, word).next().is_some()).map(|(at, _)| *at);
        found.extend(words(text, word).chain(in_trees).map(|at| format!("{}: `{word}` has no place here", place(path, text, at))));
    }
    found
}

/// A panic must be caught: one in a batch of writes would end the process (STACK).
fn abort(tree: &Tree) -> Vec<String> {
    let manifests = tree.0.iter().filter(|(path, _)| path.ends_with("Cargo.toml"));
    let aborts = |text: &str| text.lines().any(|line| line.replace([' ', '\''], "").replace('"', "").starts_with("panic=abort"));
    manifests.filter(|(_, text)| aborts(text)).map(|(path, _)| format!("{path}: a panic must unwind")).collect()
}

/// Looks outside strings, which is why this file may name what it looks for.
fn unfinished(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in tree.rust() {
        let bare = Source::of(text).bare;
        for word in UNFINISHED {
            found.extend(words(&bare, word).map(|at| format!("{}: `{word}`", place(path, &bare, at))));
        }
    }
    found
}

fn file_size(tree: &Tree) -> Vec<String> {
    let sizes = tree.rust().filter(|(path, _)| path.starts_with("src/")).map(|(path, text)| (path, text.lines().count()));
    let long = sizes.filter(|(path, lines)| *lines > FILE_LINES && !LONG_FILES.contains(path));
    long.map(|(path, lines)| format!("{path}: {lines} lines; past {FILE_LINES} it is two")).collect()
}

fn function_size(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, _, source) in tree.modules() {
        let long = source.functions().into_iter().filter(|(_, lines)| *lines > FUNCTION_LINES);
        found.extend(long.map(|(at, lines)| format!("{}: a function of {lines} lines; at most {FUNCTION_LINES}", place(path, &source.bare, at))));
    }
    found
}

fn opening(tree: &Tree) -> Vec<String> {
    let silent = tree.rust().filter(|(path, text)| path.starts_with("src/") && !text.starts_with("//!"));
    silent.map(|(path, _)| format!("{path}:1: begins with no `//!` that says what it owns")).collect()
}

/// Each step exists in both dialects, up and down.
fn twins(tree: &Tree) -> Vec<String> {
    let steps = tree.0.keys().filter_map(|path| path.strip_prefix("migrations/")?.split('/').nth(1));
    let says_something = |text: &String| text.lines().any(|line| !line.trim().is_empty() && !line.trim().starts_with("--"));
    let mut found = Vec::new();
    for step in steps.collect::<BTreeSet<_>>() {
        for dialect in ["sqlite", "postgres"] {
            for direction in ["up", "down"] {
                let path = format!("migrations/{dialect}/{step}/{direction}.sql");
                if !tree.0.get(&path).is_some_and(says_something) {
                    found.push(format!("{path}: missing or empty"));
                }
            }
        }
    }
    found
}

/// A module's name, and the files that may declare it; none for a root and for what is outside
/// `ROOTS`.
fn declaration(path: &str) -> Option<(&str, Vec<String>)> {
    let (folder, roots) = ROOTS.iter().find(|(folder, _)| path.starts_with(&format!("{folder}/")))?;
    if roots.contains(&path) {
        return None;
    }
    let module = path.strip_suffix(".rs")?;
    let (parent, name) = module.strip_suffix("/mod").unwrap_or(module).rsplit_once('/')?;
    let files = if parent == *folder {
        roots.iter().map(|root| (*root).to_owned()).collect()
    } else {
        vec![format!("{parent}/mod.rs"), format!("{parent}.rs")]
    };
    Some((name, files))
}

fn orphan(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    for (path, _) in tree.rust() {
        let Some((name, parents)) = declaration(path) else { continue };
        let declares = |text: &String| words(&Source::of(text).bare, &format!("mod {name};")).next().is_some();
        if !parents.iter().any(|parent| tree.0.get(parent).is_some_and(declares)) {
            found.push(format!("{path}: no `mod {name};` in {}", parents.join(" or ")));
        }
    }
    found
}

#[test]
fn the_house_is_tidy() {
    let found = findings(&Tree::read(Path::new(env!("CARGO_MANIFEST_DIR"))));
    assert!(found.is_empty(), "{} findings\n{}", found.len(), found.join("\n"));
}

#[test]
fn each_wrong_example_is_rejected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tidy/wrong");
    let mut shown = BTreeSet::new();
    let mut examples = 0;
    for entry in fs::read_dir(folder).expect("the examples are there") {
        let path = entry.expect("an entry can be read").path();
        let text = fs::read_to_string(&path).expect("an example can be read");
        let rule = text.lines().find_map(|line| line.strip_prefix("// breaks: ")).expect("an example names its rule").trim().to_owned();
        let found = findings(&Tree::example(&text));
        let names_it = !found.is_empty() && found.iter().all(|finding| finding.starts_with(&format!("{rule}: ")));
        assert!(names_it, "{} must break {rule} and nothing else, but: {found:#?}", path.display());
        shown.insert(rule);
        examples += 1;
    }
    assert!(examples >= 12, "only {examples} examples");
    assert_eq!(shown, RULES.iter().map(|(name, _)| (*name).to_owned()).collect(), "each rule has an example");
}
