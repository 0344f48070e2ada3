//! Programs of cargo's that a check needs and a developer may not have.

use std::path::{Path, PathBuf};

use crate::shell::{answers, cargo, run, target};

/// A program on the registry, in the version that the check is written for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tool {
    pub(crate) name: &'static str,
    pub(crate) version: &'static str,
}

impl Tool {
    /// The installed one, or one of our own in the target folder, put there if need be.
    pub(crate) fn program(&self) -> Result<PathBuf, String> {
        let tools = target().join("tools");
        let own = tools.join("bin").join(self.name);
        let known = [PathBuf::from(self.name), own.clone()];
        match known.into_iter().find(|program| answers(program)) {
            Some(program) => Ok(program),
            None => self.install(&tools).map(|()| own),
        }
    }

    /// Without optimisation: it is used once, and builds in half the time.
    fn install(&self, tools: &Path) -> Result<(), String> {
        let Self { name, version } = self;
        println!("    installing {name} {version} (some minutes, once)");
        let mut command = cargo(&["install", "--quiet", name, "--locked", "--debug"]);
        command.args(["--version", version, "--root"]).arg(tools);
        command.env("CARGO_PROFILE_DEV_DEBUG", "false");
        run(&mut command).map_err(|_| format!("{name} {version} could not be installed"))
    }
}

#[cfg(test)]
mod tests {
    use super::Tool;

    #[test]
    fn what_answers_is_not_installed() {
        let tool = Tool { name: "cargo", version: "0.0.0" };
        assert_eq!(tool.program().expect("it runs these tests"), std::path::Path::new("cargo"));
    }
}
