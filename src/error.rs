//! Everything that can be answered but a success: one closed list of codes, each with its status
//! and titles, and the problem that carries one (RFC 9457, BEHAVIOUR 2). How a problem becomes
//! a response is `api::problem`'s business; here is no HTTP framework.

mod failure;
mod help;

pub use failure::{Failure, database_problem};

use crate::domain::amount::TooLarge;
use crate::domain::lifecycle::Refusal;
use crate::domain::permission::Denied;
use crate::domain::reason::Reason;
use crate::domain::words::Language;
use serde_json::{Map, Value, json};

macro_rules! codes {
    ($( $variant:ident = $text:literal, $status:literal, $en:literal, $zh:literal; )+) => {
        /// The stable codes of BEHAVIOUR 2.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $( #[doc = $en] $variant ),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),+ ];
            /// The code as answers carry it.
            pub const fn as_str(self) -> &'static str { match self { $( Self::$variant => $text ),+ } }
            /// The HTTP status.
            pub const fn status(self) -> u16 { match self { $( Self::$variant => $status ),+ } }
            /// The title in a language.
            pub fn title(self, language: Language) -> &'static str { match self { $( Self::$variant => language.pick($en, $zh) ),+ } }
        }
    };
}

codes! {
    MalformedJson = "malformed_json", 400, "The body is not valid JSON", "请求体不是有效的 JSON";
    ValidationFailed = "validation_failed", 400, "Some values are not valid", "部分取值无效";
    UnknownField = "unknown_field", 400, "The body has a field that is not known", "请求体包含未知字段";
    InvalidParameter = "invalid_parameter", 400, "A parameter is not valid", "参数无效";
    UnknownParameter = "unknown_parameter", 400, "A query parameter is not known", "未知的查询参数";
    InvalidCursor = "invalid_cursor", 400, "The cursor is not valid for this list", "游标对该列表无效";
    IdempotencyKeyInvalid = "idempotency_key_invalid", 400, "The Idempotency-Key is not valid", "Idempotency-Key 无效";
    Unauthenticated = "unauthenticated", 401, "Nobody is logged in", "请先登录";
    InvalidCredentials = "invalid_credentials", 401, "User name or password is wrong", "用户名或密码错误";
    TokenExpired = "token_expired", 401, "The token has expired", "令牌已过期";
    TokenRevoked = "token_revoked", 401, "The token has been revoked", "令牌已被吊销";
    Forbidden = "forbidden", 403, "You may not do this", "无权执行此操作";
    InsufficientScope = "insufficient_scope", 403, "The key lacks a scope", "密钥缺少所需的权限范围";
    SelfApproval = "self_approval", 403, "Another person must do this", "须由他人执行此操作";
    NotFound = "not_found", 404, "There is no such thing", "未找到";
    MethodNotAllowed = "method_not_allowed", 405, "The path does not know this method", "该路径不支持此方法";
    NotAcceptable = "not_acceptable", 406, "No acceptable representation", "没有可接受的表示形式";
    RequestTimeout = "request_timeout", 408, "The request took too long to arrive", "请求超时";
    AlreadyDecided = "already_decided", 409, "This has been decided already", "该步骤已有决定";
    DuplicateReference = "duplicate_reference", 409, "Something else has this reference", "该编号或引用已存在";
    IdempotencyInFlight = "idempotency_in_flight", 409, "The same request is being worked on", "相同的请求正在处理中";
    InsufficientStock = "insufficient_stock", 409, "There is not enough stock", "库存不足";
    InvalidTransition = "invalid_transition", 409, "This cannot be done in the present state", "当前状态下不能执行此操作";
    LinkAlreadyUsed = "link_already_used", 409, "The link was used already", "该链接已使用";
    OrderBlocked = "order_blocked", 409, "The order is blocked", "订单已被阻止";
    LinkExpired = "link_expired", 410, "The link is not valid any more", "该链接已失效";
    VersionMismatch = "version_mismatch", 412, "Someone has changed this in the meantime", "数据已被他人修改";
    BodyTooLarge = "body_too_large", 413, "The body is too large", "请求体过大";
    UnsupportedMediaType = "unsupported_media_type", 415, "The media type is not supported", "不支持的媒体类型";
    EvidenceMissing = "evidence_missing", 422, "Required proof is missing", "缺少必需的凭证";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key was used for another request", "Idempotency-Key 已用于其他请求";
    RuleViolated = "rule_violated", 422, "A rule forbids this", "违反业务规则";
    PreconditionRequired = "precondition_required", 428, "If-Match is needed", "需要 If-Match 请求头";
    RateLimited = "rate_limited", 429, "Too many requests", "请求过于频繁";
    Internal = "internal", 500, "Something went wrong here", "服务器内部错误";
    Unavailable = "unavailable", 503, "The service is not available now", "服务暂不可用";
    Overloaded = "overloaded", 503, "The service has too much to do", "服务过载";
    StorageFull = "storage_full", 507, "The storage is full", "存储空间已满";
}

/// One bad field, named by a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub pointer: String,
    pub code: String,
    pub detail_en: String,
    pub detail_zh: String,
}

/// A problem to be answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    pub code: Code,
    detail: Option<(String, String)>,
    pub errors: Vec<FieldError>,
    pub reasons: Vec<Reason>,
    /// Further members of the answer, e.g. `allowed` or `blocked_by`.
    pub extra: Map<String, Value>,
    /// Seconds, for `Retry-After`.
    pub retry_after_seconds: Option<u64>,
    /// The methods for `Allow`.
    pub allow: Option<String>,
}

impl Problem {
    /// A problem with no more to say than its title.
    pub fn new(code: Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), reasons: Vec::new(), extra: Map::new(), retry_after_seconds: None, allow: None }
    }

    /// Adds what exactly is wrong, in both languages.
    pub fn detail(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.detail = Some((en.into(), zh.into()));
        self
    }

    /// The same about a part of what was said: its bad fields are below this pointer.
    pub fn within(mut self, at: &str) -> Self {
        for error in &mut self.errors {
            error.pointer.insert_str(0, at);
        }
        self
    }

    /// Adds a bad field.
    pub fn field(mut self, pointer: &str, code: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail_en: en.into(), detail_zh: zh.into() });
        self
    }

    /// Adds a member.
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.extra.insert(member.to_owned(), value.into());
        self
    }

    /// Says when to try again.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// The detail in a language: its own, else the reasons', else what can be done about the code.
    pub fn detail_text(&self, language: Language) -> String {
        match &self.detail {
            Some((en, zh)) => language.pick(en, zh).to_owned(),
            None if self.reasons.is_empty() => self.code.help(language).to_owned(),
            None => self.reasons.iter().map(|r| r.sentence(language)).collect::<Vec<_>>().join(" "),
        }
    }

    /// Whether the same request may succeed later without anyone's doing.
    pub fn retryable(&self) -> bool {
        matches!(self.code, Code::RequestTimeout | Code::IdempotencyInFlight | Code::RateLimited | Code::Unavailable | Code::Overloaded)
    }

    /// The body of the answer.
    pub fn to_json(&self, language: Language, instance: &str, request_id: &str) -> Value {
        let standard = json!({
            "type": format!("/problems/{}", self.code.as_str()),
            "title": self.code.title(language),
            "status": self.code.status(),
            "detail": self.detail_text(language),
            "instance": instance,
            "code": self.code.as_str(),
            "request_id": request_id,
            "retryable": self.retryable(),
        });
        let mut body = Value::Object(self.extra.clone());
        for (member, value) in standard.as_object().into_iter().flatten() {
            body[member] = value.clone();
        }
        if !self.errors.is_empty() {
            let list = self.errors.iter().map(|e| json!({"pointer": e.pointer, "code": e.code, "detail": language.pick(&e.detail_en, &e.detail_zh)}));
            body["errors"] = list.collect();
        }
        if !self.reasons.is_empty() {
            body["reasons"] = self.reasons.iter().map(|r| json!({"code": r.code(), "detail": r.sentence(language)})).collect();
        }
        body
    }

    /// A value that is not valid.
    pub fn invalid(pointer: &str, code: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Code::ValidationFailed).field(pointer, code, en, zh)
    }

    /// A query parameter that is not valid.
    pub fn parameter(name: &str, en: &str) -> Self {
        Self::new(Code::InvalidParameter).detail(format!("{name}: {en}"), format!("参数 {name} 无效")).with("parameter", name)
    }

    /// Nothing can be done about it now; the same again a little later may go well.
    pub fn unavailable() -> Self {
        Self::new(Code::Unavailable).retry_after(1)
    }

    /// Nothing there, or nothing the caller may see.
    pub fn not_found() -> Self {
        Self::new(Code::NotFound)
    }

    /// Another thing has this unique value already.
    pub fn duplicate(field: &str) -> Self {
        Self::new(Code::DuplicateReference).detail(format!("Another one has the same {field}."), format!("{field} 已存在。")).with("field", field)
    }

    /// A rule of the domain says no; named by its number.
    pub fn rule(rule: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self::new(Code::RuleViolated).detail(en, zh).with("rule", rule)
    }

    /// What a machine's guards said, as the problem that fits the first of them.
    pub fn from_reasons(reasons: Vec<Reason>) -> Self {
        let code = match reasons.first() {
            Some(Reason::OwnEntry | Reason::OwnLargeOrder | Reason::DecidedOtherLevel) => Code::SelfApproval,
            Some(Reason::RoleMissing | Reason::NotPermitted | Reason::NotAnApprover | Reason::NotOwner) => Code::Forbidden,
            Some(Reason::EvidenceMissing { .. }) => Code::EvidenceMissing,
            Some(Reason::CreditInstead | Reason::IsCreditNote) => Code::RuleViolated,
            Some(Reason::OrderBlocked { .. } | Reason::OnHold | Reason::AmendmentOpen) => Code::OrderBlocked,
            _ => Code::InvalidTransition,
        };
        let blocked_by = reasons.iter().find_map(|r| if let Reason::OrderBlocked { by } = r { Some(by.clone()) } else { None });
        let mut problem = Self::new(code);
        if let Some(numbers) = blocked_by {
            problem = problem.with("blocked_by", numbers);
        }
        problem.reasons = reasons;
        problem
    }

    /// What a machine's refusal says to the caller.
    pub fn refusal<E: std::fmt::Display>(state: &str, event: E, refusal: Refusal<E>) -> Self {
        match refusal {
            Refusal::NoSuchTransition { allowed } => Self::invalid_transition(state, event, &allowed),
            Refusal::Guarded(reasons) => Self::from_reasons(reasons),
        }
    }

    /// An event that the table does not know in the present state.
    pub fn invalid_transition<E: std::fmt::Display>(state: &str, event: E, allowed: &[E]) -> Self {
        let list: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let shown = list.join(", ");
        let (en, zh) = match list.is_empty() {
            true => (String::new(), String::new()),
            false => (format!("; possible: {shown}"), format!("；可执行：{shown}")),
        };
        Self::new(Code::InvalidTransition)
            .detail(format!("\"{event}\" is not possible in the state \"{state}\"{en}."), format!("状态“{state}”下不能执行“{event}”{zh}。"))
            .with("state", state)
            .with("allowed", list)
    }
}

/// How a piece of work on the database ends when it doesn't end well.
#[derive(Debug)]
pub enum Error {
    /// Answered as it is; everything the work did is undone.
    Problem(Box<Problem>),
    /// Answered as it is, but what the work did stays: what must outlive the refusal, such as
    /// the count of a failed log-in (DECISIONS 3).
    Refused(Box<Problem>),
    /// The database failed; the executor decides whether to try again.
    Database(diesel::result::Error),
}

/// The result of work on the database.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Something that cannot be, said to the log and not to the caller.
    pub fn internal(what: impl std::fmt::Display) -> Self {
        log::error!("internal: {what}");
        Self::from(Problem::new(Code::Internal))
    }

    /// A refusal whose effects stay.
    pub fn refused(problem: Problem) -> Self {
        Self::Refused(Box::new(problem))
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Problem::new(code).into()
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

impl From<TooLarge> for Error {
    fn from(_: TooLarge) -> Self {
        Problem::rule("BEHAVIOUR 1", "An amount would have more than 12 digits before the point.", "金额整数部分超过 12 位。").into()
    }
}

impl From<Denied> for Error {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unauthenticated => Code::Unauthenticated.into(),
            Denied::Forbidden => Code::Forbidden.into(),
            Denied::NoKey => {
                let (en, zh) =
                    ("No API key may do this, whatever its scopes; a person has to.", "API 密钥无论具备何种权限范围均不得执行此操作，须由人员执行。");
                Problem::new(Code::Forbidden).detail(en, zh).into()
            }
            Denied::InsufficientScope(scope) => Problem::new(Code::InsufficientScope)
                .detail(format!("The key needs the scope {scope}."), format!("密钥需要权限范围 {scope}。"))
                .with("scope", scope)
                .into(),
        }
    }
}
