//! Thirty-two writers, each with one write under way at a time, and what became of each.

use super::chance::Moment;
use super::writes::{Chain, People, Write};
use crate::command_line::Served;
use crate::support::Answer;
use std::sync::mpsc::{self, Receiver};
use std::time::Instant;

pub const WRITERS: usize = 32;

/// A write, and its answer where one came.
pub struct Record {
    pub write: Write,
    /// The answer's body; none where the connection broke first.
    pub answer: Option<String>,
    /// When it began to be sent.
    pub begun: Instant,
}

/// What was written until a kill.
pub struct Killed {
    pub records: Vec<Record>,
    /// How many were sent before the kill and not answered.
    pub in_flight: usize,
}

/// Sends the next write and keeps what is answered; what is not a success is a failure of the test.
pub fn record(chain: &mut Chain, people: &People) -> Record {
    let mut write = chain.next();
    let begun = Instant::now();
    let answer = write.send(people).ok().map(|answer| answer.is(write.kind.status));
    if let Some(answer) = &answer {
        write.learn(answer);
        chain.learn(&write, answer);
    }
    Record { write, answer: answer.map(|answer| answer.text), begun }
}

/// Everything that comes until an instant.
fn until(instant: Instant, told: &Receiver<Record>) -> Vec<Record> {
    std::iter::from_fn(|| told.recv_timeout(instant.saturating_duration_since(Instant::now())).ok()).collect()
}

/// Lets everybody write, and kills the process at a moment.
pub fn write_until_killed(served: Served, people: &People, name: &str, moment: Moment) -> Killed {
    let (tell, told) = mpsc::channel();
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let tell = tell.clone();
            scope.spawn(move || {
                let mut chain = Chain::new(format!("{name}-w{writer:02}"));
                loop {
                    let record = record(&mut chain, people);
                    let alive = record.answer.is_some();
                    // the test listens to the end
                    let _ = tell.send(record);
                    if !alive {
                        return;
                    }
                }
            });
        }
        drop(tell);
        let mut records: Vec<Record> = told.iter().take(moment.acknowledged).collect();
        records.extend(until(Instant::now() + moment.then, &told));
        assert!(records.iter().all(|record| record.answer.is_some()), "a connection broke before the kill");
        assert!(records.len() >= moment.acknowledged, "the writers ended before the kill");
        let kill = Instant::now();
        served.kill();
        records.extend(told);
        let in_flight = records.iter().filter(|record| record.answer.is_none() && record.begun < kill).count();
        Killed { records, in_flight }
    })
}

/// Sends again what was sent before, with as many hands; gives how many of those in doubt turned out
/// to have been done. Everything takes effect once, and what was acknowledged is answered as before.
pub fn repeat(records: &mut [Record], people: &People) -> usize {
    let share = records.len().div_ceil(WRITERS).max(1);
    std::thread::scope(|scope| {
        let hands: Vec<_> = records.chunks_mut(share).map(|chunk| scope.spawn(|| repeat_each(chunk, people))).collect();
        hands.into_iter().map(|hand| hand.join().expect("every write can be repeated")).sum()
    })
}

fn repeat_each(records: &mut [Record], people: &People) -> usize {
    let mut done = 0;
    for Record { write, answer, .. } in records {
        let again = answered(write, people);
        let was_done = write.was_done_before(&again);
        match answer {
            Some(first) => {
                assert!(was_done, "{} was acknowledged and is done again: {}", write.key, again.text);
                assert!(again.status == 412 || again.text == *first, "{} is answered otherwise now", write.key);
            }
            None => {
                assert!(was_done || again.status == write.kind.status, "{} cannot be repeated: {}", write.key, again.text);
                write.learn(&again);
                *answer = Some(again.text);
                done += usize::from(was_done);
            }
        }
    }
    done
}

/// Sends until it is not under way any more: PostgreSQL goes on with what the killed process left.
fn answered(write: &Write, people: &People) -> Answer {
    let deadline = Instant::now() + crate::command_line::PATIENCE;
    loop {
        let answer = write.send(people).unwrap_or_else(|error| panic!("{}: {error}", write.key));
        if answer.code() != "idempotency_in_flight" {
            return answer;
        }
        assert!(Instant::now() < deadline, "{} is under way for ever", write.key);
    }
}
