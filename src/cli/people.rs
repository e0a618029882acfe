//! `docket user add` and `docket key add`: the way in for the first machines and people, and for
//! whoever has locked themselves out.

use super::{CommandError, Outcome};
use crate::app::passwords::Passwords;
use crate::app::tokens;
use crate::config::Config;
use crate::db::clock::{Clock, random};
use crate::domain::actor::{Actor, Department, Role};
use crate::input;
use crate::server;
use crate::services::api_keys::{self, CreateApiKey};
use crate::services::users::{self, CreateUser};
use clap::Subcommand;
use std::io::Read;

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| format!("one of {}", Role::ALL.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ")))
}

fn department(text: &str) -> Result<Department, String> {
    Department::parse(text).ok_or_else(|| format!("one of {}", Department::ALL.iter().map(|d| d.as_str()).collect::<Vec<_>>().join(", ")))
}

#[derive(Subcommand)]
pub enum UserCommand {
    /// Makes a user; the password is read from the input or made up and shown
    Add {
        username: String,
        /// What people see
        #[arg(long)]
        name: Option<String>,
        /// May be given several times
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        #[arg(long, value_parser = department)]
        department: Option<Department>,
        /// Reads the password from the standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(Subcommand)]
pub enum KeyCommand {
    /// Makes an API key and shows it, this once
    Add {
        name: String,
        /// Such as orders:write; may be given several times
        #[arg(long = "scope", required = true)]
        scopes: Vec<String>,
    },
}

/// Carries out `docket user …`.
pub async fn user(config: Config, command: UserCommand) -> Outcome {
    let UserCommand::Add { username, name, roles, department, password_stdin } = command;
    let (app, _) = server::open(config, Clock::default())?;
    let password = if password_stdin { read_password()? } else { hex::encode(random::<12>()) };
    let display_name = name.unwrap_or_else(|| username.clone());
    let said = CreateUser { username, password: password.clone(), display_name, roles, department };
    input::check(&said).map_err(Box::new)?;
    let hash = Passwords::hash_blocking(&password).map_err(Box::new)?;
    let user = app.write_as(Actor::system("command_line"), move |tx| users::create(tx, &said, &hash)).await?;
    match password_stdin {
        true => println!("{} can log in.", user.username),
        false => println!("{} can log in with the password {password} (shown this once).", user.username),
    }
    Ok(())
}

fn read_password() -> Result<String, CommandError> {
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Carries out `docket key …`.
pub async fn key(config: Config, command: KeyCommand) -> Outcome {
    let KeyCommand::Add { name, scopes } = command;
    let (app, _) = server::open(config, Clock::default())?;
    let said = CreateApiKey { name, scopes, expires_at: None };
    input::check(&said).map_err(Box::new)?;
    let key = tokens::new_api_key();
    let hash = tokens::hash(&key);
    app.write_as(Actor::system("command_line"), move |tx| api_keys::create(tx, &said, &hash)).await?;
    println!("{key}");
    Ok(())
}
