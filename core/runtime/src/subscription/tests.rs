use std::sync::mpsc;

use linnet_messenger::store::StoreError;
use linnet_messenger::view::{Item, Op, Window, diff};
use rusqlite::Connection;
use tokio::time::timeout;

use super::*;

/// What nobody can wait for and pass.
const LONG: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, PartialEq)]
struct Row(String);

impl Item for Row {
    fn key(&self) -> &str {
        &self.0
    }
}

/// What the database would hold.
#[derive(Default)]
struct Table {
    rows: Mutex<Vec<String>>,
    reads: Mutex<u32>,
    /// A read tells that it is here, then waits, if set.
    gate: Mutex<Option<(oneshot::Sender<()>, mpsc::Receiver<()>)>>,
    fail: Mutex<Option<Failure>>,
}

#[derive(Clone, Copy)]
enum Failure {
    Error,
    Panic,
}

struct Rows {
    table: Arc<Table>,
    most: u32,
}

impl View for Rows {
    type Item = Row;

    fn concerns(&self, change: Change) -> bool {
        change == Change::ChatList
    }

    fn read(&mut self, connection: &Connection) -> Result<Window<Row>, StoreError> {
        *lock(&self.table.reads) += 1;
        let gate = lock(&self.table.gate).take();
        if let Some((here, gate)) = gate {
            here.send(()).expect("the test waits for the read");
            gate.recv_timeout(LONG).expect("the test opens the gate");
        }
        let failure = lock(&self.table.fail).take();
        match failure {
            Some(Failure::Error) => drop(connection.prepare("SELECT nothing FROM nowhere")?),
            Some(Failure::Panic) => panic!("on purpose"),
            None => {}
        }
        let rows = lock(&self.table.rows);
        let items = rows.iter().take(self.most as usize).cloned().map(Row).collect();
        Ok(Window { items, at_start: self.most as usize >= rows.len(), at_end: true })
    }

    fn page(&mut self, page: Page) {
        match page {
            Page::Older(more) => self.most += more,
            Page::Newest => self.most = 2,
            Page::Around(_) => {}
        }
    }
}

struct World {
    table: Arc<Table>,
    readers: Readers,
    subscriptions: Subscriptions,
}

impl World {
    fn new() -> Self {
        Self {
            table: Arc::default(),
            readers: Readers::start(connections()).unwrap(),
            subscriptions: Subscriptions::default(),
        }
    }

    fn subscribe(&self) -> Subscription<Rows> {
        self.subscriptions.add(Rows { table: Arc::clone(&self.table), most: 1_000 }, self.readers.clone())
    }

    fn add(&self, row: &str) {
        lock(&self.table.rows).push(row.to_owned());
        self.subscriptions.notice(&BTreeSet::from([Change::ChatList]));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.readers.close();
    }
}

fn connections() -> Vec<Connection> {
    (0..crate::readers::COUNT).map(|_| Connection::open_in_memory().unwrap()).collect()
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(LONG, future).await.expect("it should have come")
}

fn is_reset(batch: &Batch<Row>) -> bool {
    matches!(batch.ops.as_slice(), [Op::Reset { .. }])
}

#[tokio::test]
async fn the_first_batch_is_everything_and_the_next_the_difference() {
    let world = World::new();
    world.add("a");
    let subscription = world.subscribe();
    let first = soon(subscription.next(0)).await.unwrap().unwrap();
    assert!(is_reset(&first) && first.revision == 1);
    world.add("b");
    let second = soon(subscription.next(1)).await.unwrap().unwrap();
    assert_eq!(second.ops, vec![Op::Insert { at: 1, items: vec![Row("b".to_owned())] }]);
}

#[tokio::test]
async fn a_change_of_something_else_yields_nothing() {
    let world = World::new();
    let subscription = world.subscribe();
    assert_eq!(soon(subscription.next(0)).await.unwrap().unwrap().revision, 1);
    let next = subscription.next(1);
    tokio::pin!(next);
    assert!(timeout(Duration::from_millis(1), &mut next).await.is_err());
    world.subscriptions.notice(&BTreeSet::from([Change::Accounts]));
    assert!(timeout(DEBOUNCE * 3, &mut next).await.is_err());
    world.add("a");
    assert_eq!(soon(next).await.unwrap().unwrap().revision, 2);
}

#[tokio::test]
async fn two_at_once_are_refused_and_a_dropped_one_makes_room() {
    let world = World::new();
    let subscription = world.subscribe();
    soon(subscription.next(0)).await.unwrap();
    {
        let waiting = subscription.next(1);
        tokio::pin!(waiting);
        assert!(timeout(Duration::from_millis(1), &mut waiting).await.is_err());
        assert_eq!(subscription.next(1).await, Err(SubscriptionError::Busy));
    }
    world.add("a");
    assert_eq!(soon(subscription.next(1)).await.unwrap().unwrap().revision, 2);
}

/// Dropped at every point of its way, `next` loses nothing: whoever applies what it got holds what the table holds.
#[tokio::test]
async fn a_cancelled_next_loses_nothing() {
    let world = World::new();
    let subscription = world.subscribe();
    let (mut held, mut applied, mut cancelled) = (Vec::new(), 0, 0);
    for round in 0..300_u64 {
        world.add(&format!("row {round}"));
        // Between "before it was polled" and "long done": the read takes some of this.
        match timeout(Duration::from_micros(round * 97 % 1_000), subscription.next(applied)).await {
            Ok(batch) => {
                let batch = batch.unwrap().unwrap();
                diff::apply(&mut held, &batch.ops);
                applied = batch.revision;
            }
            Err(_) => cancelled += 1,
        }
    }
    while held.len() < 300 {
        let batch = soon(subscription.next(applied)).await.unwrap().unwrap();
        diff::apply(&mut held, &batch.ops);
        applied = batch.revision;
    }
    let rows: Vec<_> = lock(&world.table.rows).iter().cloned().map(Row).collect();
    assert_eq!(held, rows);
    assert!(cancelled > 0, "nothing was cancelled, so nothing was tested");
}

#[tokio::test]
async fn a_batch_lost_after_its_read_comes_again_as_a_reset() {
    let world = World::new();
    let subscription = world.subscribe();
    world.add("a");
    soon(subscription.next(0)).await.unwrap();
    world.add("b");
    let lost = soon(subscription.next(1)).await.unwrap().unwrap();
    assert_eq!(lost.revision, 2);
    // The caller never saw it and holds revision 1 still.
    let again = soon(subscription.next(1)).await.unwrap().unwrap();
    assert!(is_reset(&again));
    assert_eq!(again.revision, 3);
}

#[tokio::test]
async fn a_next_dropped_while_its_read_runs_does_not_hide_the_change() {
    let world = World::new();
    let subscription = world.subscribe();
    soon(subscription.next(0)).await.unwrap();
    let (open, gate) = mpsc::channel();
    let (here, is_here) = oneshot::channel();
    *lock(&world.table.gate) = Some((here, gate));
    world.add("a");
    tokio::select! {
        batch = subscription.next(1) => panic!("{batch:?} came through a shut gate"),
        reached = soon(is_here) => reached.unwrap(),
    }
    open.send(()).unwrap();
    let batch = soon(subscription.next(1)).await.unwrap().unwrap();
    let mut held = Vec::new();
    diff::apply(&mut held, &batch.ops);
    assert_eq!(held, vec![Row("a".to_owned())]);
}

#[tokio::test]
async fn close_wakes_the_waiting_and_ends_the_later() {
    let world = World::new();
    let subscription = world.subscribe();
    soon(subscription.next(0)).await.unwrap();
    let (ended, ()) = soon(async { tokio::join!(subscription.next(1), async { subscription.close() }) }).await;
    assert_eq!(ended, Ok(None));
    world.add("a");
    assert_eq!(soon(subscription.next(1)).await, Ok(None));
    subscription.close();
}

#[tokio::test]
async fn the_client_s_end_ends_all_now_and_later() {
    for (on_purpose, expected) in [(true, Ok(None)), (false, Err(SubscriptionError::Storage))] {
        let world = World::new();
        let subscription = world.subscribe();
        soon(subscription.next(0)).await.unwrap();
        let end = async { world.subscriptions.finish(on_purpose) };
        let (ended, ()) = soon(async { tokio::join!(subscription.next(1), end) }).await;
        assert_eq!(ended, expected);
        assert_eq!(soon(world.subscribe().next(0)).await, expected);
    }
}

#[tokio::test]
async fn a_closed_subscription_is_closed_also_for_a_read_that_never_ran() {
    let world = World::new();
    let subscription = world.subscribe();
    world.readers.park();
    let (ended, ()) = soon(async {
        tokio::join!(subscription.next(0), async {
            world.subscriptions.finish(true);
            world.readers.close();
        })
    })
    .await;
    assert_eq!(ended, Ok(None));
}

#[tokio::test]
async fn close_does_not_wait_for_parked_readers() {
    let world = World::new();
    let subscription = world.subscribe();
    world.readers.park();
    let (ended, ()) = soon(async { tokio::join!(subscription.next(0), async { subscription.close() }) }).await;
    assert_eq!(ended, Ok(None));
}

#[tokio::test]
async fn a_burst_of_changes_is_one_batch() {
    let world = World::new();
    let subscription = world.subscribe();
    soon(subscription.next(0)).await.unwrap();
    for row in 0..500 {
        world.add(&format!("row {row}"));
    }
    let batch = soon(subscription.next(1)).await.unwrap().unwrap();
    let inserted: usize =
        batch.ops.iter().map(|op| if let Op::Insert { items, .. } = op { items.len() } else { 0 }).sum();
    assert_eq!(inserted, 500);
    assert_eq!(*lock(&world.table.reads), 2);
}

#[tokio::test]
async fn batches_keep_their_distance() {
    let world = World::new();
    let subscription = world.subscribe();
    let mut applied = 0;
    let started = Instant::now();
    for row in 0..10 {
        world.add(&format!("row {row}"));
        applied = soon(subscription.next(applied)).await.unwrap().unwrap().revision;
    }
    assert!(started.elapsed() >= DEBOUNCE * 9 - Duration::from_millis(9), "took {:?}", started.elapsed());
}

#[tokio::test]
async fn pages_add_up_and_the_last_jump_wins() {
    let world = World::new();
    for row in 0..50 {
        world.add(&format!("row {row}"));
    }
    let subscription =
        world.subscriptions.add(Rows { table: Arc::clone(&world.table), most: 10 }, world.readers.clone());
    let first = soon(subscription.next(0)).await.unwrap().unwrap();
    assert!(!first.at_start);
    subscription.page(Page::Older(5));
    subscription.page(Page::Older(5));
    let second = soon(subscription.next(1)).await.unwrap().unwrap();
    assert!(matches!(second.ops.as_slice(), [Op::Insert { at: 10, items }] if items.len() == 10));
    subscription.page(Page::Older(100));
    subscription.page(Page::Newest);
    let third = soon(subscription.next(2)).await.unwrap().unwrap();
    assert_eq!(third.ops, vec![Op::Remove { at: 2, count: 18 }]);
}

#[tokio::test]
async fn a_failed_read_is_told_and_the_next_one_works() {
    for failure in [Failure::Error, Failure::Panic] {
        let world = World::new();
        let subscription = world.subscribe();
        *lock(&world.table.fail) = Some(failure);
        assert_eq!(soon(subscription.next(0)).await, Err(SubscriptionError::Storage));
        world.add("a");
        assert!(is_reset(&soon(subscription.next(0)).await.unwrap().unwrap()));
    }
}

#[tokio::test]
async fn parked_readers_hold_no_connection_and_reads_wait() {
    let world = World::new();
    let subscription = world.subscribe();
    soon(subscription.next(0)).await.unwrap();
    world.readers.park();
    assert!(!world.readers.serving());
    world.add("a");
    let next = subscription.next(1);
    tokio::pin!(next);
    assert!(timeout(DEBOUNCE * 3, &mut next).await.is_err());
    world.readers.serve_again(Some(connections()));
    assert_eq!(soon(next).await.unwrap().unwrap().revision, 2);

    world.readers.park();
    world.readers.serve_again(None);
    world.add("b");
    assert_eq!(soon(subscription.next(2)).await, Err(SubscriptionError::Storage));
    world.readers.serve_again(Some(connections()));
    assert_eq!(soon(subscription.next(2)).await.unwrap().unwrap().revision, 3);
}

#[test]
fn too_many_marks_become_one() {
    let world = World::new();
    let subscription = world.subscribe();
    let chats = (0..1_000).map(|chat| Change::Chat(linnet_messenger::ids::ChatId(chat)));
    world.subscriptions.notice(&chats.collect());
    assert_eq!(lock(&subscription.shared.marks).changes, BTreeSet::from([Change::All]));
}
