//! Two approvers before the same steps: each step is decided once (DOMAIN 2.4).

use crate::support::{Answer, Person, id, on_every_store};
use serde_json::json;
use std::sync::Barrier;

const STEPS: usize = 500;

/// Goes through steps together with another, both deciding the same one at the same moment.
fn decide(person: &Person, steps: &[String], together: &Barrier) -> Vec<Answer> {
    let decide = |step: &String| {
        together.wait();
        person.post(&format!("/v1/approvals/{step}/approve"), json!({"comment": person.username}))
    };
    steps.iter().map(decide).collect()
}

#[test]
fn rule_2_4_of_five_hundred_steps_each_decided_by_two_at_once_each_is_decided_once() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (app.person("one", &["sales_specialist"], "sales"), app.person("other", &["sales_specialist"], "sales"));
        let steps: Vec<String> = (0..STEPS)
            .map(|_| {
                let order = company.verified(json!([{"name": "Advice", "quantity": "1", "unit_price": "9", "kind": "service"}]));
                id(&company.pending_steps(&order)[0]).to_owned()
            })
            .collect();
        let together = Barrier::new(2);
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| decide(&one, &steps, &together));
            let second = decide(&other, &steps, &together);
            (first.join().expect("nobody panicked"), second)
        });
        let mut shares = [0, 0];
        for (first, second) in first.iter().zip(&second) {
            let won = [first, second].map(|answer| answer.status == 200);
            assert!(won == [true, false] || won == [false, true], "{} and {}", first.text, second.text);
            let (winner, loser) = if won[0] { (first, second) } else { (second, first) };
            assert!(["already_decided", "invalid_transition"].contains(&loser.code()), "{}", loser.text);
            assert_eq!(winner.body["decided_by"], winner.body["comment"]);
            shares[usize::from(won[1])] += 1;
        }
        assert_eq!(shares[0] + shares[1], STEPS);
        let count = i64::try_from(STEPS).expect("so many");
        assert_eq!(app.count("events WHERE name = 'approval.decided'"), count);
        assert_eq!(app.count("approval_steps WHERE status = 'approved' AND version = 2"), count);
        assert_eq!(app.count("orders WHERE state = 'awaiting_confirmation'"), count);
    });
}
