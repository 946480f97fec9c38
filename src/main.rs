use freshvilla as _;
fn main() {}
