//! Puts everything together: the store, the routes, what is around every request, the workers in
//! the background. With the command line the only place that knows all rooms.

mod envelope;
mod limits;
mod metrics;
pub mod opening;
mod routes;
mod unread;

pub use opening::{StartError, open};
pub use routes::document;

use crate::app::App;
use crate::config::Config;
use crate::db::clock::Clock;
use crate::{delivery, jobs};
use actix_cors::Cors;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Condition, from_fn};
use actix_web::web::{self, Data};
use actix_web::{HttpServer, rt};
use futures_util::FutureExt;
use limits::Limits;
use routes::Templates;
use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use utoipa_actix_web::AppExt;
use utoipa_swagger_ui::SwaggerUi;

/// How long requests in flight may take once the process has been told to stop, in seconds.
const SHUTDOWN_SECONDS: u64 = 20;
/// How long the head of a request may take to arrive.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// A server that serves.
pub struct Running {
    pub address: SocketAddr,
    pub app: Data<App>,
    pub handle: ServerHandle,
    /// The administrator's password, where it was made up at this first start.
    pub first_password: Option<String>,
    server: Server,
    stop: watch::Sender<bool>,
    workers: Vec<JoinHandle<()>>,
    _claim: Option<File>,
}

/// Starts serving.
///
/// # Errors
/// See [`StartError`].
pub async fn start(config: Config, clock: Clock) -> Result<Running, StartError> {
    let claim = opening::claim(&config.database)?;
    let listen = config.listen;
    let (app, figures) = open(config, clock)?;
    let sender = delivery::Sender::new(&app.config)?;
    let first_password = opening::first_administrator(&app).await?;
    let listening = TcpListener::bind(listen).and_then(|listener| Ok((listener.local_addr()?, listener)));
    let (address, listener) = listening.map_err(|source| StartError::Listen { address: listen, source })?;
    let app = Data::new(app);
    let server = serve(app.clone(), Data::new(figures), listener).map_err(|source| StartError::Listen { address, source })?;
    let (stop, stopped) = watch::channel(false);
    let shared = app.clone().into_inner();
    let (for_delivery, for_jobs) = (shared.clone(), shared);
    let workers = vec![
        supervised("delivery", stopped.clone(), move |stopped| delivery::run(for_delivery.clone(), sender.clone(), stopped)),
        supervised("jobs", stopped, move |stopped| jobs::run(for_jobs.clone(), stopped)),
    ];
    Ok(Running { address, app, handle: server.handle(), first_password, server, stop, workers, _claim: claim })
}

/// Runs a worker until told to stop; one that panics is begun again, after a breath.
fn supervised<F>(name: &'static str, stopped: watch::Receiver<bool>, work: impl Fn(watch::Receiver<bool>) -> F + 'static) -> JoinHandle<()>
where
    F: Future<Output = ()> + 'static,
{
    rt::spawn(async move {
        while AssertUnwindSafe(work(stopped.clone())).catch_unwind().await.is_err() {
            log::error!("the worker {name} panicked and is begun again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
}

fn cors(config: &Config) -> Cors {
    let cors = Cors::default().allow_any_method().allow_any_header().expose_any_header().max_age(600);
    config.cors_origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

fn swagger() -> SwaggerUi {
    let config = utoipa_swagger_ui::Config::new([routes::DOCUMENT]);
    SwaggerUi::new("/docs/{_:.*}").config(config.try_it_out_enabled(true).persist_authorization(true).display_request_duration(true))
}

fn serve(app: Data<App>, figures: Data<metrics::Figures>, listener: TcpListener) -> std::io::Result<Server> {
    let document = document();
    let templates = Data::new(Templates::of(&document));
    // written once: as values each worker would keep its own and write it for each request
    let text = web::Bytes::from(serde_json::to_vec(&document)?);
    drop(document);
    let limits = Data::new(Limits::new(&app.config));
    let factory = move || {
        let (web_app, _) = actix_web::App::new().into_utoipa_app().configure(routes::routes).split_for_parts();
        web_app
            .app_data(app.clone())
            .app_data(figures.clone())
            .app_data(templates.clone())
            .app_data(limits.clone())
            .service(web::redirect("/docs", "/docs/"))
            .service(routes::show_document(text.clone()))
            .service(swagger())
            .default_service(web::to(routes::no_route))
            .wrap(from_fn(envelope::envelope))
            .wrap(Condition::new(!app.config.cors_origins.is_empty(), cors(&app.config)))
    };
    let server =
        HttpServer::new(factory).disable_signals().client_request_timeout(HEAD_TIMEOUT).shutdown_timeout(SHUTDOWN_SECONDS).listen(listener)?;
    Ok(server.run())
}

impl Running {
    /// Serves until told to stop through the handle; what is in flight is finished, then the
    /// workers end.
    ///
    /// # Errors
    /// Where the server fails.
    pub async fn wait(self) -> std::io::Result<()> {
        let outcome = self.server.await;
        // nobody listens any more if the workers are gone
        let _ = self.stop.send(true);
        for worker in self.workers {
            let _ = worker.await;
        }
        outcome
    }

    /// From now on SIGTERM and SIGINT stop the server: first not ready, then finished
    /// (BEHAVIOUR 10).
    ///
    /// # Errors
    /// Where signals cannot be heard.
    pub fn heed_signals(&self) -> std::io::Result<()> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (app, handle) = (self.app.clone(), self.handle.clone());
        rt::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            log::info!("stopping");
            app.stopping.store(true, Ordering::SeqCst);
            handle.stop(true).await;
        });
        Ok(())
    }
}
