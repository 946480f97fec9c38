//! Collects every problem of an input before refusing it, so that a form shows all of them at once.

use super::error::{Error, Problem, Result};

/// Problems found so far.
#[derive(Debug, Default)]
pub struct Checks(Vec<Problem>);

impl Checks {
    /// Notes a problem unless the condition holds.
    pub fn ensure(&mut self, holds: bool, code: &'static str, path: &str, message: impl Into<String>) {
        if !holds {
            self.0.push(Problem::new(code, path, message));
        }
    }

    /// A text without surrounding spaces, of `min` to `max` characters, without control characters.
    pub fn text(&mut self, path: &str, value: &str, min: usize, max: usize) -> String {
        let text = value.trim();
        let length = text.chars().count();
        let name = path.rsplit('.').next().unwrap_or(path);
        if length == 0 && min > 0 {
            self.0.push(Problem::new("REQUIRED", path, format!("{name} is required")));
        } else if !(min..=max).contains(&length) {
            self.0.push(Problem::new("INVALID", path, format!("{name} must have {min} to {max} characters")));
        } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t' | '\r')) {
            self.0.push(Problem::new("INVALID", path, format!("{name} holds control characters")));
        }
        text.to_owned()
    }

    /// The same of one line: runs of white space become a single space.
    pub fn line(&mut self, path: &str, value: &str, min: usize, max: usize) -> String {
        self.text(path, &value.split_whitespace().collect::<Vec<_>>().join(" "), min, max)
    }

    /// What a parser answered, or `None` with its message noted.
    pub fn parse<T>(&mut self, code: &'static str, path: &str, outcome: Result<T, String>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(message) => {
                self.0.push(Problem::new(code, path, message));
                None
            }
        }
    }

    /// What a check with an outcome of its own answered, or `None` with its problems noted; other errors go on.
    pub fn take<T>(&mut self, outcome: Result<T>) -> Result<Option<T>> {
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(Error::Rejected(problems)) => {
                self.0.extend(problems);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Ok without problems.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Rejected(self.0)) }
    }
}
