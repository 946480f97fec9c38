//! Rebuilds when a migration comes or goes: `embed_migrations!` alone sees only changes of the ones it knows.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
