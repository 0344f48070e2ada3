//! What a system may refuse while a file is read or written: every step goes through here, so that tests can refuse
//! each in turn.

use std::fmt::Debug;
use std::io::{self, Read, Write};

/// One step on the way of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Open,
    Read,
    Lock,
    Create,
    Permissions,
    Write,
    Sync,
    Rename,
    SyncFolder,
}

/// Says before each step whether it may be taken.
pub(crate) trait System: Debug {
    /// How many of `bytes` the step may move, or why it fails. Steps that move none ask with 0.
    fn before(&self, step: Step, bytes: usize) -> io::Result<usize>;
}

/// The system as it is: what fails is for the step itself to find out.
#[derive(Debug)]
pub(crate) struct Real;

impl System for Real {
    fn before(&self, _: Step, bytes: usize) -> io::Result<usize> {
        Ok(bytes)
    }
}

/// A reader or writer each of whose steps is asked for.
#[derive(Debug)]
pub(crate) struct Asked<'a, F> {
    pub(crate) file: F,
    pub(crate) system: &'a dyn System,
}

impl<F: Read> Read for Asked<'_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = self.system.before(Step::Read, buffer.len())?;
        self.file.read(&mut buffer[..most])
    }
}

impl<F: Write> Write for Asked<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.system.before(Step::Write, bytes.len())?;
        self.file.write(&bytes[..most])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Systems that refuse, for tests.
#[cfg(test)]
pub(crate) mod refusing {
    use super::*;
    use std::cell::Cell;

    /// How the k-th step goes wrong.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Fault {
        /// The step fails with this number of the system.
        Fails(i32),
        /// A signal came; who asks again gets on.
        Interrupted,
        /// Fewer bytes than were asked for.
        Short,
    }

    /// A system in which the `at`-th step goes wrong, and after a full disk all the writing that follows.
    #[derive(Debug)]
    pub(crate) struct Refusing {
        at: usize,
        fault: Fault,
        taken: Cell<usize>,
        pub(crate) refused: Cell<Option<Step>>,
    }

    impl Refusing {
        pub(crate) fn new(at: usize, fault: Fault) -> Self {
            Self { at, fault, taken: Cell::new(0), refused: Cell::new(None) }
        }
    }

    impl System for Refusing {
        fn before(&self, step: Step, bytes: usize) -> io::Result<usize> {
            let taken = self.taken.replace(self.taken.get() + 1);
            if taken != self.at {
                return Ok(bytes);
            }
            self.refused.set(Some(step));
            match self.fault {
                Fault::Fails(number) => Err(io::Error::from_raw_os_error(number)),
                Fault::Interrupted => Err(io::ErrorKind::Interrupted.into()),
                Fault::Short => Ok(bytes.min(1)),
            }
        }
    }
}
