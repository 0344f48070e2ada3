//! Commands and places: where the workspace is, how cargo is called.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().map_or(here.clone(), Path::to_path_buf)
}

/// Cargo's target folder: the one this program was built into, its tests one folder deeper.
pub(crate) fn target() -> PathBuf {
    let built = env::current_exe().ok().and_then(|exe| {
        let folder = exe.parent()?;
        let profile = if folder.ends_with("deps") { folder.parent()? } else { folder };
        Some(profile.parent()?.to_path_buf())
    });
    built.unwrap_or_else(|| root().join("target"))
}

/// An empty folder under the target folder for what a step writes.
pub(crate) fn scratch(name: &str) -> Result<PathBuf, String> {
    let folder = target().join("xtask").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

/// `cargo` with these words, to be run at the root.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(root());
    command
}

/// `cargo`, in release, on one selection of packages and features for all long checks: each other one would build
/// the heavy dependencies anew. To `build` in it name an example, or the features are those without tests.
pub(crate) fn release(word: &str, words: &[&str]) -> Command {
    let all = ["--workspace", "--exclude", "oracle", "--features", "attractor-network/ode"];
    let mut command = cargo(&[word, "--release"]);
    command.args(all).args(words);
    command
}

/// The documentation of every package but `oracle`, without warnings.
pub(crate) fn document() -> Command {
    let mut command = cargo(&["doc", "--workspace", "--exclude", "oracle", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// Runs a command; its failure becomes a sentence.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` ended with {status}", line(command))),
        Err(e) => Err(format!("`{}` did not start: {e}", line(command))),
    }
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let program =
        Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let words = command.get_args().map(|word| word.to_string_lossy());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Whether a program answers to `--version`.
pub(crate) fn answers(program: impl AsRef<std::ffi::OsStr>) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|out| out.status.success())
}
