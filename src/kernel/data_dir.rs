//! The folder for everything that the server keeps on this machine: its own PostgreSQL, files, captured mail.

use std::{
    env, fs,
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// `/var/lib/freshvilla` for root, else `freshvilla` in the user's data folder (XDG Base Directory Specification).
pub fn default_root() -> Result<PathBuf> {
    if super::embedded_pg::runs_as_root() {
        return Ok(PathBuf::from("/var/lib/freshvilla"));
    }
    let set = |name| env::var_os(name).filter(|dir| !dir.is_empty()).map(PathBuf::from);
    let share = set("XDG_DATA_HOME").or_else(|| set("HOME").map(|home| home.join(".local/share")));
    Ok(share.context("HOME is not set; name a data folder with FRESHVILLA_DATA_DIR")?.join("freshvilla"))
}

/// Makes the root where it is missing, and the folders around it. Whatever the umask says: the account that runs
/// PostgreSQL must get through.
pub fn create_root(root: &Path) -> Result<()> {
    let missing: Vec<&Path> = root.ancestors().take_while(|dir| !dir.as_os_str().is_empty() && !dir.exists()).collect();
    for dir in missing.into_iter().rev() {
        fs::create_dir(dir).with_context(|| format!("cannot create {}", dir.display()))?;
        fs::set_permissions(dir, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

/// Makes a folder in the root, closed to other users.
pub fn create_private(dir: &Path) -> Result<()> {
    if let Some(root) = dir.parent() {
        create_root(root)?;
    }
    if !dir.is_dir() {
        fs::DirBuilder::new().mode(0o700).create(dir).with_context(|| format!("cannot create {}", dir.display()))?;
    }
    Ok(())
}
