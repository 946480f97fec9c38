//! Two servers over one database and one Redis.

use freshvilla::kernel::clock::Clock;

use super::{
    app::Folder,
    database::Database,
    node::{Node, Setup},
    redis::RedisServer,
};

/// Two nodes that share everything but memory.
pub struct Cluster {
    /// One node.
    pub one: Node,
    /// The other.
    pub two: Node,
    /// What wakes one when the other has written.
    pub redis: RedisServer,
    /// Where everything is kept.
    pub database: Database,
    folder: Folder,
}

impl Cluster {
    /// Starts both.
    pub async fn start() -> Self {
        let (database, folder, redis) = (Database::create().await, Folder::new(), RedisServer::start());
        let setup = Setup {
            database_url: database.url().to_owned(),
            redis_url: Some(redis.url()),
            clock: Clock::default(),
            args: Vec::new(),
        };
        let one = Node::start(setup.clone(), folder.path()).await;
        let two = Node::start(setup, folder.path()).await;
        Self { one, two, redis, database, folder }
    }

    /// Starts one more node, for instance in place of one that was killed.
    pub async fn join(&self) -> Node {
        let setup = Setup {
            database_url: self.database.url().to_owned(),
            redis_url: Some(self.redis.url()),
            clock: self.one.app.clock.clone(),
            args: Vec::new(),
        };
        Node::start(setup, self.folder.path()).await
    }
}
