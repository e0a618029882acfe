//! On SQLite no success is answered before its transaction is on the disk: shown by the system calls
//! of the real process (BEHAVIOUR 10). A kill shows less, since the kernel keeps what was written.

use super::trace;
use super::writers::record;
use super::writes::{Chain, People, furnish, hire};
use crate::command_line::{PATIENCE, Place};

/// Writes of one writer at a time.
const ALONE: usize = 24;
/// Writers at once, and the writes of each.
const TOGETHER: (usize, usize) = (8, 12);

/// The tracer is Docket's grandchild (`-D`), so that Docket keeps its place as ours.
const STRACE: &[&str] =
    &["-D", "-f", "-yy", "-s", "5000", "-e", "trace=fdatasync,fsync,write,writev,pwrite64,pwritev,sendto,sendmsg", "-o", "/dev/stderr"];

/// Writes, and gives the keys of what was acknowledged.
fn write(people: &People, name: &str, writes: usize) -> Vec<String> {
    let mut chain = Chain::new(name.to_owned());
    let records = std::iter::repeat_with(|| record(&mut chain, people)).take(writes);
    records.inspect(|record| assert!(record.answer.is_some(), "nothing is killed here")).map(|record| record.write.key).collect()
}

#[test]
fn no_success_is_answered_before_the_log_is_on_the_disk() {
    let place = Place::embedded();
    hire(&place);
    let (served, traced) = place.serve_under("strace", STRACE);
    let people = People::of(&served);
    furnish(&people);
    let mut keys = write(&people, "alone", ALONE);
    std::thread::scope(|scope| {
        let (writers, writes) = TOGETHER;
        let people = &people;
        let hands: Vec<_> = (0..writers).map(|writer| scope.spawn(move || write(people, &format!("w{writer}"), writes))).collect();
        keys.extend(hands.into_iter().flat_map(|hand| hand.join().expect("a writer writes")));
    });
    served.stop();

    let said = traced.recv_timeout(PATIENCE).expect("strace ends with what it traces");
    let calls = trace::read(&said);
    assert!(!calls.is_empty(), "strace could not look; a machine that runs this test must permit it to: {said}");
    let wrong: Vec<String> = keys.iter().filter_map(|key| trace::judge(&calls, key).err()).collect();
    println!("{} answers, {} of them ahead of the disk; {} calls", keys.len(), wrong.len(), calls.len());
    assert!(wrong.is_empty(), "{} of {} successes were not on the disk when they were answered:\n{}", wrong.len(), keys.len(), wrong.join("\n"));
}
