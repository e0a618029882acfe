//! How fast and how large: callers over HTTP against the real program, and beside each figure the
//! limit of this machine, measured in the same run. `docs/performance.md` says how to read it.
//!
//!     cargo bench --bench load -- --help

mod callers;
mod http;
mod lifecycle;
mod limits;
mod report;
mod seed;
mod server;

/// As in Docket itself, so that the limits have what it has.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use callers::{Job, People, measure};
use clap::Parser;
use report::Report;
use server::Server;
use std::rc::Rc;

#[derive(Parser)]
struct Options {
    /// The store: `sqlite`, or the URL of a database on a PostgreSQL server (a new one is made beside it).
    #[arg(long, default_value = "sqlite")]
    store: String,
    /// How many callers at once.
    #[arg(long, value_delimiter = ',', default_value = "1,16,64,256")]
    callers: Vec<usize>,
    /// What they do.
    #[arg(long, value_delimiter = ',', default_value = "create,read,list,lifecycle")]
    jobs: Vec<String>,
    /// How long each is measured.
    #[arg(long, default_value_t = 6)]
    seconds: u64,
    /// Orders in the store before.
    #[arg(long, value_delimiter = ',', default_value = "0")]
    orders: Vec<usize>,
    /// Minutes of 256 callers before memory is read; none where 0.
    #[arg(long, default_value_t = 0)]
    soak: u64,
    /// Only entering an order at 64 callers and its limit, in turn, so often; gives the share in the middle. A machine
    /// with neighbours is another one within a minute.
    #[arg(long, default_value_t = 0)]
    pairs: usize,
    /// Leaves out the limits.
    #[arg(long)]
    no_limits: bool,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
    #[arg(long, hide = true)]
    serve_static: bool,
}

fn main() {
    let options = Options::parse();
    if options.serve_static {
        server::serve_static().expect("a port can be had");
        return;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    if options.pairs > 0 {
        in_turn(&options, &runtime);
        return;
    }
    let mut report = Report::new(&options.store);
    if !options.no_limits {
        report.limit("static", runtime.block_on(fixed(options.seconds)));
    }
    for orders in &options.orders {
        let store = seed::Store::new(&options.store);
        drop(Server::docket(store.folder(), &store.url(), true)); // the example company
        seed::stock(&store.url());
        seed::orders(&store.url(), *orders);
        if !options.no_limits && *orders == 0 {
            report.limit("create", limits::create(&store, options.seconds));
        }
        let server = Server::docket(store.folder(), &store.url(), false);
        report.started(*orders, server.started_in);
        if !options.no_limits && *orders == 0 {
            let nobody = Rc::new(People::nobody());
            report.limit("static, in Docket", runtime.block_on(measure(&server, nobody, Job::Static("/healthz"), 64, options.seconds)).rate);
        }
        runtime.block_on(all(&options, &server, *orders, &mut report));
    }
    report.print();
}

fn in_turn(options: &Options, runtime: &tokio::runtime::Runtime) {
    let store = seed::Store::new(&options.store);
    drop(Server::docket(store.folder(), &store.url(), true)); // the example company
    seed::stock(&store.url());
    let mut shares = Vec::new();
    for round in 1..=options.pairs {
        let limit = limits::create(&store, options.seconds);
        let server = Server::docket(store.folder(), &store.url(), false);
        let measured = runtime.block_on(async {
            let people = Rc::new(People::log_in(server.address).await);
            measure(&server, people, Job::Create, 64, options.seconds).await
        });
        println!("round {round}: {:.0}/s of {limit:.0}/s, {:.0} %", measured.rate, 100.0 * measured.rate / limit);
        shares.push(measured.rate / limit);
    }
    shares.sort_by(f64::total_cmp);
    println!("in the middle of {} rounds: {:.0} %", options.pairs, 100.0 * shares[options.pairs / 2]);
}

async fn fixed(seconds: u64) -> f64 {
    let server = Server::fixed();
    let nobody = Rc::new(People::nobody());
    measure(&server, nobody, Job::Static("/static"), 64, seconds).await.rate
}

async fn all(options: &Options, server: &Server, orders: usize, report: &mut Report) {
    for name in &options.jobs {
        for callers in &options.callers {
            let people = Rc::new(People::log_in(server.address).await);
            let job = match name.as_str() {
                "create" => Job::Create,
                "read" => Job::Read(Rc::new(callers::some_orders(server.address, &people).await)),
                "list" => Job::List,
                "lifecycle" => Job::Lifecycle,
                other => panic!("there is no job {other}"),
            };
            report.add(orders, name, *callers, measure(server, people, job, *callers, options.seconds).await);
        }
    }
    if options.soak > 0 {
        let mut memory = Vec::new();
        for _ in 0..options.soak {
            let people = Rc::new(People::log_in(server.address).await);
            memory.push(measure(server, people, Job::Create, 256, 50).await.memory);
        }
        report.soaked(orders, &memory);
    }
}
