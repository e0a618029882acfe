//! The example company of `docket serve --demo`: people of every role, products with stock, and
//! orders in every stage, made by the same services that requests reach. Only in a store that holds
//! nothing yet.

mod company;
mod orders;

use crate::app::App;
use crate::app::passwords::Passwords;
use crate::db::Tx;
use crate::domain::actor::{Actor, Role};
use crate::error::{Code, Problem, Result};
use crate::input;
use crate::repositories::orders::{self as order_rows, OrderFilter};
use crate::repositories::users as user_rows;
use crate::services::users::{self, CreateUser};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use validator::Validate;

/// Everybody's password, as the examples of the API document have it: this is for trying out.
const PASSWORD: &str = "correct horse battery";

type Done<T> = std::result::Result<T, Box<Problem>>;

/// Who can log in, and with what.
pub struct Logins {
    password: String,
}

impl fmt::Display for Logins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The example company is ready. Everybody's password: {}\n", self.password)?;
        for person in company::PEOPLE {
            let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
            writeln!(f, "  {:<12} {:<14} {}", person.username, person.name, roles.join(", "))?;
        }
        Ok(())
    }
}

/// The company being made, and everybody in it.
struct Demo<'a> {
    app: &'a App,
    staff: BTreeMap<&'static str, Actor>,
}

/// Makes the company.
///
/// # Errors
/// `rule_violated` where the store holds anything.
pub async fn make(app: &App) -> Done<Logins> {
    refuse_full(app).await?;
    let password = app.config.admin_password.clone().unwrap_or_else(|| PASSWORD.to_owned());
    let mut demo = Demo { app, staff: BTreeMap::new() };
    demo.hire(&password).await?;
    company::furnish(&demo).await?;
    orders::make(&demo).await?;
    Ok(Logins { password })
}

async fn refuse_full(app: &App) -> Done<()> {
    if app.config.production {
        let en = "The example company is for trying out; DOCKET_ENV=production refuses it.";
        return Err(Box::new(Problem::new(Code::RuleViolated).detail(en, "示例公司仅供试用；DOCKET_ENV=production 时不可用。")));
    }
    let full = app.look(|conn| Ok(user_rows::any(conn)? || !order_rows::list(conn, &OrderFilter::default(), None, 1)?.is_empty())).await?;
    let en = "The store holds something already; the example company needs one that holds nothing.";
    if full {
        Err(Box::new(Problem::new(Code::RuleViolated).detail(en, "存储中已有数据；示例公司需要空的存储。")))
    } else {
        Ok(())
    }
}

/// An input as a caller would write it.
fn said<T: DeserializeOwned + Validate>(value: Value) -> Done<T> {
    input::read(value).map_err(Box::new)
}

impl Demo<'_> {
    /// Everybody has one password, hashed once: hashing is slow on purpose.
    async fn hire(&mut self, password: &str) -> Done<()> {
        let hash = Passwords::hash_blocking(password).map_err(Box::new)?;
        for person in company::PEOPLE {
            let new = CreateUser {
                username: person.username.to_owned(),
                password: password.to_owned(),
                display_name: person.name.to_owned(),
                roles: person.roles.to_vec(),
                department: person.department,
            };
            input::check(&new).map_err(Box::new)?;
            let hash = hash.clone();
            let user = self.app.write_as(Actor::system("example_company"), move |tx| users::create(tx, &new, &hash)).await?;
            self.staff.insert(person.username, user_rows::acting(user));
        }
        Ok(())
    }

    /// Does something as one of the people.
    async fn act<T: Send + 'static>(&self, who: &str, act: impl Fn(&mut Tx) -> Result<T> + Send + 'static) -> Done<T> {
        let actor = self.staff.get(who).cloned().unwrap_or_else(Actor::anonymous);
        self.app.write_as(actor, act).await
    }

    /// The person who decides steps of a role.
    fn approver(role: Role) -> &'static str {
        company::PEOPLE.iter().rfind(|person| person.roles.contains(&role)).map_or("admin", |person| person.username)
    }
}
