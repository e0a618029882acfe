//! Callers at work: so many connections, each asking again as soon as it is answered, for a while.

use super::http::{Connection, request};
use super::server::{PASSWORD, Server, cpu_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Unlike any number of this run or an earlier one.
pub fn unique() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let start = || std::time::UNIX_EPOCH.elapsed().map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(0));
    let _ = NEXT.compare_exchange(0, start(), Ordering::Relaxed, Ordering::Relaxed);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The people of the example company, logged in.
pub struct People(BTreeMap<&'static str, String>);

const NAMES: &[&str] = &["orders1", "sales1", "sales2", "manager1", "head1", "operations1", "warehouse1", "logistics1", "finance1"];

impl People {
    /// Logs everyone in. Tokens are good for ten minutes.
    pub async fn log_in(address: SocketAddr) -> Self {
        let mut connection = Connection::open(address).await.expect("the server listens");
        let mut tokens = BTreeMap::new();
        for name in NAMES {
            let body = json!({"username": name, "password": PASSWORD}).to_string();
            let answer = connection.ask(&request("POST", "/v1/auth/login", "", JSON, body.as_bytes())).await.expect("an answer").good("log-in");
            tokens.insert(*name, answer.json()["access_token"].as_str().expect("a token").to_owned());
        }
        Self(tokens)
    }

    /// Somebody's token.
    pub fn token(&self, name: &str) -> &str {
        &self.0[name]
    }
}

/// The head of every JSON body.
pub const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

/// The body of an order with three lines from the catalogue, as a shop sends it.
pub fn order(number: u64) -> Value {
    let customer = if number.is_multiple_of(2) { "ACME" } else { "BLUE" };
    let line = |sku: &str, quantity: u64| json!({"sku": sku, "quantity": quantity.to_string()});
    json!({
        "channel": "web",
        "channel_ref": format!("shop-{number}"),
        "customer": {"code": customer},
        "currency": "CNY",
        "lines": [line("PAPER-A4", 1 + number % 7), line("PEN-05", 1 + number % 5), line("CHAIR-M", 1)],
        "delivery": {
            "address": {"country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "1 Century Avenue", "postcode": "200120"},
            "requested_within_working_days": 10
        }
    })
}

/// The request that enters an order.
pub fn create(token: &str) -> Vec<u8> {
    let number = unique();
    let key = format!("load-{number}");
    let headers = [JSON[0], ("idempotency-key", key.as_str())];
    request("POST", "/v1/orders", token, &headers, order(number).to_string().as_bytes())
}

/// What callers ask for.
#[derive(Clone)]
pub enum Job {
    Create,
    /// One of these.
    Read(Rc<Vec<String>>),
    List,
    Lifecycle,
    /// An answer that needs no database, at this path.
    Static(&'static str),
}

/// How a measurement went.
#[derive(Debug, Clone)]
pub struct Measured {
    pub rate: f64,
    pub p50: Duration,
    pub p99: Duration,
    /// Cores used, by the server and by this client.
    pub server_cpu: f64,
    pub client_cpu: f64,
    pub memory: f64,
}

async fn one(job: &Job, people: &People, connection: &mut Connection, turn: usize) -> std::io::Result<()> {
    let request = match job {
        Job::Create => create(people.token("sales1")),
        Job::Read(orders) => request("GET", &format!("/v1/orders/{}", orders[turn % orders.len()]), people.token("sales1"), &[], b""),
        Job::List => request("GET", "/v1/orders?status=created&limit=50", people.token("sales1"), &[], b""),
        Job::Lifecycle => return super::lifecycle::run(people, connection).await,
        Job::Static(path) => request("GET", path, "", &[], b""),
    };
    connection.ask(&request).await?.good("a measured request");
    Ok(())
}

/// Lets callers work for a while, after a short time to warm up that does not count.
pub async fn measure(server: &Server, people: Rc<People>, job: Job, callers: usize, seconds: u64) -> Measured {
    let warm = Instant::now() + Duration::from_millis(seconds * 200);
    let end = warm + Duration::from_secs(seconds);
    let tasks = tokio::task::LocalSet::new();
    let working: Vec<_> = (0..callers)
        .map(|caller| {
            let (people, job, address) = (people.clone(), job.clone(), server.address);
            tasks.spawn_local(async move {
                let mut connection = Connection::open(address).await.expect("the server listens");
                let (mut turn, mut taken) = (caller * 7919, Vec::new());
                while Instant::now() < end {
                    let begun = Instant::now();
                    one(&job, &people, &mut connection, turn).await.expect("the server answers");
                    turn += 1;
                    if begun >= warm {
                        taken.push(begun.elapsed());
                    }
                }
                taken
            })
        })
        .collect();
    tasks
        .run_until(async move {
            tokio::time::sleep_until(warm.into()).await;
            let (begun, cpu, own) = (Instant::now(), server.cpu(), cpu_of("self"));
            let mut taken = Vec::new();
            for task in working {
                taken.extend(task.await.expect("a caller does not panic"));
            }
            let lasted = begun.elapsed().as_secs_f64();
            let (cpu, own) = (server.cpu() - cpu, cpu_of("self") - own);
            taken.sort_unstable();
            let at = |share: f64| taken.get((taken.len() as f64 * share) as usize).copied().unwrap_or_default();
            Measured {
                rate: taken.len() as f64 / lasted,
                p50: at(0.5),
                p99: at(0.99),
                server_cpu: cpu / lasted,
                client_cpu: own / lasted,
                memory: server.memory(),
            }
        })
        .await
}

impl People {
    /// Nobody at all, where nobody is asked for.
    pub fn nobody() -> Self {
        Self(BTreeMap::new())
    }
}

/// Ids of orders, spread over what is there: a hundred entered just now and a page of the oldest.
pub async fn some_orders(address: SocketAddr, people: &People) -> Vec<String> {
    let mut connection = Connection::open(address).await.expect("the server listens");
    let mut ids = Vec::new();
    for _ in 0..100 {
        let answer = connection.ask(&create(people.token("sales1"))).await.expect("an answer").good("create");
        ids.push(answer.json()["id"].as_str().expect("an id").to_owned());
    }
    let oldest = request("GET", "/v1/orders?sort=created_at&limit=200", people.token("sales1"), &[], b"");
    let page = connection.ask(&oldest).await.expect("an answer").good("list").json();
    ids.extend(page["data"].as_array().into_iter().flatten().filter_map(|order| Some(order["id"].as_str()?.to_owned())));
    ids
}
