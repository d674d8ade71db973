//! The outbox under random loss, reset and death: nothing is lost, nothing doubled, and every reader sees each writer's
//! words in the order of writing.

use linnet_tests::fake_world::{Death, FakeWorld, address};
use linnet_tests::world::{Device, World};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Say(bool),
    Wait(u16),
    Cut(bool),
    HalfOpen(bool),
    Die(bool),
    Reboot(bool),
    Doom(bool, Death, u8),
    RestartServer,
    Away(bool, u32),
}

#[derive(Debug, Clone)]
struct Plan {
    seed: u64,
    archive: bool,
    stanza_ids: bool,
    stream_management: bool,
    resumption: bool,
    failed_with_h: bool,
    hibernation: u64,
    steps: Vec<Step>,
}

fn step() -> impl Strategy<Value = Step> {
    let who = any::<bool>;
    let death = prop_oneof![Just(Death::Received), Just(Death::Committed), Just(Death::Acknowledged)];
    prop_oneof![
        12 => who().prop_map(Step::Say),
        6 => (0_u16..400).prop_map(Step::Wait),
        2 => (2_000_u16..60_000).prop_map(Step::Wait),
        3 => who().prop_map(Step::Cut),
        1 => who().prop_map(Step::HalfOpen),
        2 => who().prop_map(Step::Die),
        1 => who().prop_map(Step::Reboot),
        2 => (who(), death, 1_u8..4).prop_map(|(who, death, nth)| Step::Doom(who, death, nth)),
        1 => Just(Step::RestartServer),
        1 => (who(), 100_u32..200_000).prop_map(|(who, time)| Step::Away(who, time)),
    ]
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        any::<u64>(),
        prop::bool::weighted(0.75),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.8),
        any::<bool>(),
        prop_oneof![Just(15_000_u64), Just(600_000)],
        prop::collection::vec(step(), 1..60),
    )
        .prop_map(
            |(seed, archive, stanza_ids, stream_management, resumption, failed_with_h, hibernation, steps)| Plan {
                seed,
                archive,
                stanza_ids,
                // With neither, what is on the wire to a phone that is cut off is nowhere else: no client can help.
                stream_management: stream_management || !archive,
                resumption,
                failed_with_h,
                hibernation,
                steps,
            },
        )
}

fn words(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{prefix}{number}")).collect()
}

fn run(plan: &Plan) -> Result<(), TestCaseError> {
    let world = FakeWorld::new(plan.seed);
    world.quiet();
    {
        let switches = &mut world.server().switches;
        switches.archive = plan.archive;
        switches.stanza_ids = plan.stanza_ids;
        switches.stream_management = plan.stream_management;
        switches.resumption = plan.resumption;
        switches.failed_with_h = plan.failed_with_h;
        switches.hibernation = plan.hibernation;
    }
    let (alice, bob) = world.any().friends("alice", "bob");
    let device = |first: bool| if first { alice } else { bob };
    let alive = |device: Device<'_>| {
        if !world.is_running(device.id) {
            device.start();
        }
    };
    let mut said = [0_usize; 2];
    for step in &plan.steps {
        for device in [alice, bob] {
            alive(device);
        }
        match *step {
            Step::Say(first) => {
                let count = &mut said[usize::from(!first)];
                let text = format!("{}{count}", if first { 'a' } else { 'b' });
                *count += 1;
                device(first).say(device(!first), &text);
            }
            Step::Wait(milliseconds) => world.advance(u64::from(milliseconds)),
            Step::Cut(first) => device(first).cut(),
            Step::HalfOpen(first) => world.half_open(device(first).id),
            Step::Die(first) => {
                device(first).kill();
                device(first).start();
            }
            Step::Reboot(first) => {
                device(first).kill();
                world.reboot(device(first).id);
                device(first).start();
            }
            Step::Doom(first, death, nth) => world.doom(device(first).id, death, u32::from(nth)),
            Step::RestartServer => world.restart_server(),
            Step::Away(first, milliseconds) => {
                device(first).goes_offline();
                world.advance(u64::from(milliseconds));
                alive(device(first));
                device(first).comes_online();
            }
        }
    }
    for device in [alice, bob] {
        alive(device);
        world.spare(device.id);
    }
    // A silent link is probed after four minutes.
    world.advance(400_000);
    world.settle();
    for (device, other) in [(alice, bob), (bob, alice)] {
        device.scroll_to_beginning(other);
        let bodies = device.bodies(other);
        for (prefix, count) in [("a", said[0]), ("b", said[1])] {
            let seen: Vec<String> = bodies.iter().filter(|body| body.starts_with(prefix)).cloned().collect();
            prop_assert_eq!(seen, words(prefix, count), "{} reads {}", device.address(), prefix);
        }
        prop_assert_eq!(bodies.len(), said[0] + said[1]);
    }
    if plan.archive {
        for owner in ["alice", "bob"] {
            let rows: Vec<String> = world.server().archive(&address(owner)).rows.iter().map(|row| row.body()).collect();
            for (prefix, count) in [("a", said[0]), ("b", said[1])] {
                let kept: Vec<String> = rows.iter().filter(|body| body.starts_with(prefix)).cloned().collect();
                prop_assert_eq!(kept, words(prefix, count), "the archive of {}", owner);
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::slow_cases(60))]

    #[test]
    fn nothing_is_lost_or_doubled_and_order_is_kept(plan in plan()) {
        run(&plan)?;
    }
}
