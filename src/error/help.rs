//! What each code means and what its caller can do, in plain sentences: the page behind a
//! problem's `type`, and the detail where there is nothing more exact to say.

use super::Code;
use crate::domain::words::Language;

macro_rules! help {
    ($( $variant:ident: $en:literal, $zh:literal; )+) => {
        impl Code {
            /// What it means and what can be done, in a language.
            pub fn help(self, language: Language) -> &'static str {
                match self { $( Self::$variant => language.pick($en, $zh) ),+ }
            }
        }
    };
}

help! {
    MalformedJson: "The body could not be read as one JSON object. Check its quotes, commas and brackets and send it again.",
        "请求体无法解析为一个 JSON 对象。请检查引号、逗号和括号后重新发送。";
    ValidationFailed: "One or more values of the body are not valid. `errors` names each by a JSON pointer; correct them and send it again.",
        "请求体中有取值无效。errors 以 JSON 指针逐一指出，请更正后重新发送。";
    UnknownField: "The body has a field that does not exist here. `errors` names it; correct its spelling or leave it out.",
        "请求体含有不存在的字段。errors 指出了该字段，请更正拼写或将其删除。";
    InvalidParameter: "A query parameter or a header has a value that is not valid. `parameter` names it; correct it and ask again.",
        "查询参数或请求头的取值无效。parameter 指出了它，请更正后重试。";
    UnknownParameter: "There is no such query parameter here. `parameter` names it; correct its spelling or leave it out.",
        "此处没有该查询参数。parameter 指出了它，请更正拼写或将其删除。";
    InvalidCursor: "The cursor was not made for this list and filter. Begin again without a cursor, and keep the filter the same from page to page.",
        "游标不属于该列表及其筛选条件。请去掉游标从头开始，翻页时保持筛选条件不变。";
    IdempotencyKeyInvalid: "An Idempotency-Key must have 1 to 255 visible ASCII characters. Send another one.",
        "Idempotency-Key 须为 1 至 255 个可见 ASCII 字符。请更换后重新发送。";
    Unauthenticated: "Send Authorization: Bearer with an access token from POST /v1/auth/login, or with an API key.",
        "请在 Authorization: Bearer 中提供由 POST /v1/auth/login 取得的访问令牌，或 API 密钥。";
    InvalidCredentials: "Nobody has this user name with this password. Check both; an administrator can set a new password.",
        "用户名与密码不匹配。请核对后重试；管理员可以重设密码。";
    TokenExpired: "Exchange your refresh token at POST /v1/auth/refresh for a new access token, or log in again; an API key must be replaced by a new one.",
        "请用刷新令牌在 POST /v1/auth/refresh 换取新的访问令牌，或重新登录；API 密钥须更换为新密钥。";
    TokenRevoked: "The log-in or the key has been ended. Log in again at POST /v1/auth/login, or ask an administrator for a new key.",
        "该登录或密钥已被终止。请在 POST /v1/auth/login 重新登录，或向管理员申请新密钥。";
    Forbidden: "None of your roles permits this. The documentation of the operation names the roles that do; ask somebody who holds one.",
        "您的角色无权执行此操作。接口文档列出了所需角色，请联系具备该角色的人员。";
    InsufficientScope: "The API key lacks the scope that this needs. `scope` names it; ask an administrator for a key that has it.",
        "API 密钥缺少所需的权限范围。scope 指出了它，请向管理员申请具备该范围的密钥。";
    SelfApproval: "Whoever entered, amended or decided before may not do this too. Ask another person with the role.",
        "录入、修改或已审批过的人员不得执行此操作。请由其他具备该角色的人员处理。";
    NotFound: "Nothing is here under this path, id or number, or nothing that you may see. Check its spelling.",
        "该路径、标识或编号下没有内容，或您无权查看。请核对拼写。";
    MethodNotAllowed: "The path exists, but not with this method. The Allow header names the methods that it has.",
        "该路径存在，但不支持此方法。Allow 响应头列出了可用的方法。";
    NotAcceptable: "The Accept header allows nothing that can be answered here. Accept application/json.",
        "Accept 请求头不包含可提供的格式。请接受 application/json。";
    RequestTimeout: "The body did not arrive in time. Send the request again.",
        "请求体未能及时到达。请重新发送请求。";
    AlreadyDecided: "Somebody has decided this before you. Read it again to see how; nothing is left to do.",
        "此项已由他人处理。请重新读取以查看结果，无需再操作。";
    DuplicateReference: "Another one has the same code, number or name, which must be unique. Use that one, or choose another value.",
        "相同的代码、编号或名称已存在，且须唯一。请使用已有的记录，或更换取值。";
    IdempotencyInFlight: "The first request with this Idempotency-Key is not answered yet. Send the same again in a moment.",
        "使用该 Idempotency-Key 的首个请求尚未完成。请稍后重新发送相同请求。";
    LinkAlreadyUsed: "The question behind this link has its answer. Ask the company that sent it if something is to be changed.",
        "该链接对应的问题已有答复。如需更改，请联系发送该链接的公司。";
    LinkExpired: "The link is too old, or what it was about has changed. Use the link of the latest message, or ask the company for a new one.",
        "该链接已过期，或其内容已变更。请使用最新消息中的链接，或向该公司索取新的链接。";
    InsufficientStock: "There is less in the warehouse than this needs. Receive or adjust stock first, or take less.",
        "仓库中的数量不足。请先入库或调整库存，或减少数量。";
    InvalidTransition: "This step is not possible where things stand now. Read it again; `allowed` or `reasons` says what is possible or what is in the way.",
        "当前状态下不能执行此步骤。请重新读取；allowed 或 reasons 说明可执行的步骤或阻碍原因。";
    OrderBlocked: "The order is on hold, or open exceptions stop it. Resolve those that `blocked_by` names, or let the order go, then try again.",
        "订单已暂挂，或被未解决的异常阻止。请解决 blocked_by 列出的异常或解除暂挂后重试。";
    VersionMismatch: "It has changed since you read it. Read it again and send its ETag in If-Match.",
        "数据在您读取之后已被修改。请重新读取，并在 If-Match 中发送新的 ETag。";
    BodyTooLarge: "The body is larger than what is taken here. `limit_bytes` says how large it may be; send less.",
        "请求体超过允许的大小。limit_bytes 给出上限，请减少内容。";
    UnsupportedMediaType: "The body is of a kind that is not taken here. `supported` names the media types that are; set Content-Type to one of them.",
        "不支持该请求体的类型。supported 列出了支持的媒体类型，请相应设置 Content-Type。";
    EvidenceMissing: "A proof is missing without which this cannot be done. Upload it with POST /v1/tasks/{id}/evidence and try again.",
        "缺少必需的凭证。请通过 POST /v1/tasks/{id}/evidence 上传后重试。";
    IdempotencyKeyReused: "This Idempotency-Key belongs to another request. Use a new key for every new request.",
        "该 Idempotency-Key 已属于另一个请求。每个新请求请使用新的键。";
    RuleViolated: "The values are valid, but a rule of the business forbids them here. `detail` says which; change what it names.",
        "取值有效，但违反业务规则。detail 说明了具体规则，请据此修改。";
    PreconditionRequired: "Read it first and send its ETag in If-Match, so that nobody's change is overwritten unseen.",
        "请先读取，并在 If-Match 中发送其 ETag，以免覆盖他人的修改。";
    RateLimited: "Too many requests have come from here. Wait as many seconds as Retry-After says, then go on.",
        "请求过于频繁。请等待 Retry-After 指定的秒数后再继续。";
    Internal: "Something went wrong on our side and nothing was changed. Tell an administrator the request_id.",
        "服务器发生错误，未作任何更改。请将 request_id 告知管理员。";
    Unavailable: "The service or its database cannot answer now. Try again after as many seconds as Retry-After says.",
        "服务或其数据库暂时无法响应。请在 Retry-After 指定的秒数后重试。";
    Overloaded: "There is more to do than the service can take now. Try again after as many seconds as Retry-After says.",
        "服务当前负载过高。请在 Retry-After 指定的秒数后重试。";
    StorageFull: "There is no room left to keep anything. An administrator has to make room; reading still works.",
        "存储空间已满，无法保存。须由管理员清理空间；读取不受影响。";
}
