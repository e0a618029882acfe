//! A body in chunks that is not read to its end. The framework would wait for that end for as long
//! as the connection lasts, without any limit, once nobody holds the body any more; so the answer
//! holds it, and the connection is closed with the answer (RFC 9112, 9.6).

use actix_web::HttpMessage;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest};
use actix_web::http::header::TRANSFER_ENCODING;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A body that the request and its answer hold together.
pub type Shared = Rc<RefCell<Payload>>;

/// Shares a request's body, where it comes in chunks.
pub fn share(request: &mut ServiceRequest) -> Option<Shared> {
    if !request.headers().contains_key(TRANSFER_ENCODING) {
        return None;
    }
    let shared = Rc::new(RefCell::new(request.take_payload()));
    let reading = shared.clone();
    let chunks = stream::poll_fn(move |context| reading.borrow_mut().poll_next_unpin(context));
    request.set_payload(Payload::Stream { payload: Box::pin(chunks) });
    Some(shared)
}

/// The body of an answer, holding what was shared until all of it was sent.
pub fn holding(answer: BoxBody, shared: Shared) -> BoxBody {
    BoxBody::new(Holding { answer, _shared: shared })
}

struct Holding {
    answer: BoxBody,
    _shared: Shared,
}

impl MessageBody for Holding {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.answer.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.answer).poll_next(context)
    }
}
