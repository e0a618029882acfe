//! What a company may set through the API, with the defaults of DOMAIN. One document, one version.

use crate::domain::amount::Amount;
use crate::domain::calendar;
use crate::domain::exception_rules::{self, ExceptionHours, ExceptionRule};
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::link::Lapse;
use crate::domain::message::MessageChannel;
use crate::domain::number::DEFAULT_ORDER_PATTERN;
use crate::domain::order::Channel;
use crate::domain::stock::ReservationRule;
use crate::domain::visible::is_same_name;
use crate::domain::working_time::{Holidays, Shift, Weekday};
use serde::{Deserialize, Serialize};

/// The company's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Two people are needed for entering and verifying, and for large approvals (DECISIONS 28).
    pub four_eyes: bool,
    /// The pattern of order numbers: `{year}`, `{month}` and `{number}`, once each (DOMAIN 1.2).
    pub order_number_pattern: String,
    /// Reviewed orders are released by themselves unless something blocks them (DOMAIN 3.1).
    pub auto_release: bool,
    /// Above this total, in the base currency, nobody approves what they entered (DOMAIN 2.4).
    pub large_order_threshold: Amount,
    /// Minutes between discovery and report of an exception (DOMAIN 6.2).
    pub report_within_minutes: u32,
    /// Orders with the same phone and goods within so many hours are marked (DOMAIN 1.3).
    pub look_alike_hours: u32,
    /// Orders that a key enters from these channels verify themselves where nothing was found (DOMAIN 1.6).
    pub trusted_channels: Vec<Channel>,
    /// The ways by which customers are told, of those that an order knows an address for (DOMAIN 5.6).
    pub message_channels: Vec<MessageChannel>,
    /// For how many days a link to confirm an order is good (BEHAVIOUR 8).
    pub confirmation_link_days: u32,
    /// After how many hours a customer who has not answered is reminded, once; 0 reminds nobody.
    pub confirmation_reminder_hours: u32,
    /// After how many days without an answer an order is given up (DECISIONS 36); 0 waits for ever.
    pub confirmation_lapse_days: u32,
    /// What then becomes of it.
    pub confirmation_lapse: Lapse,
    /// For how many days after its dispatch a shipment's page can be opened by the customer (DOMAIN 4.3).
    pub trace_link_days: u32,
    /// Up to how much, in the base currency, a plan for an exception may cost without anybody's approval (DOMAIN 6.3).
    pub plan_approval_above: Amount,
    /// What customers are proposed to be given for trouble, in the base currency; 0 proposes nothing (DOMAIN 6.5).
    pub compensation_proposed: Amount,
    /// Within how many hours of their discovery exceptions are to be planned and resolved, by severity (DOMAIN 6.3).
    pub exception_hours: ExceptionHours,
    /// What the system raises exceptions for by itself (DOMAIN 6.1).
    pub exception_rules: Vec<ExceptionRule>,
    /// After how many hours an approval step that nobody decides is opened to those above; 0 never (DECISIONS 36).
    pub approval_escalation_hours: u32,
    /// Where goods are delivered by which method; a method that is not named serves everywhere (DOMAIN 2.3).
    pub delivery_areas: Vec<DeliveryArea>,
    /// Which warehouse gives goods first; of several rules the first goes before the others (DOMAIN 2.6).
    pub reservation_rules: Vec<ReservationRule>,
    /// Whose public holidays are kept (DOMAIN 0).
    pub holidays: Holidays,
    /// The days of the week that are worked.
    pub working_days: Vec<Weekday>,
    /// The hours of a day that is worked.
    pub working_hours: Vec<Shift>,
}

/// Where a method of delivery serves: these regions of these countries, or all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveryArea {
    /// How the goods get there.
    pub method: DeliveryMethod,
    /// ISO 3166-1 alpha-2; at least one.
    pub countries: Vec<String>,
    /// Names of regions as orders write them; all where there is none.
    #[serde(default)]
    pub regions: Vec<String>,
}

impl DeliveryArea {
    /// Whether a place lies in it; a place without a region lies in no single region.
    pub fn holds(&self, country: &str, region: Option<&str>) -> bool {
        let there = self.regions.is_empty() || region.is_some_and(|region| self.regions.iter().any(|known| is_same_name(known, region)));
        self.countries.iter().any(|known| is_same_name(known, country)) && there
    }
}

impl Default for Settings {
    fn default() -> Self {
        let calendar = calendar::Rules::default();
        Self {
            four_eyes: true,
            order_number_pattern: DEFAULT_ORDER_PATTERN.to_owned(),
            auto_release: true,
            large_order_threshold: Amount::units(50_000),
            report_within_minutes: 60,
            look_alike_hours: 24,
            trusted_channels: Vec::new(),
            message_channels: vec![MessageChannel::Email],
            confirmation_link_days: 7,
            confirmation_reminder_hours: 24,
            confirmation_lapse_days: 14,
            confirmation_lapse: Lapse::SendBack,
            trace_link_days: 90,
            plan_approval_above: Amount::ZERO,
            compensation_proposed: Amount::units(50),
            exception_hours: ExceptionHours::default(),
            exception_rules: exception_rules::default_rules(),
            approval_escalation_hours: 24,
            delivery_areas: Vec::new(),
            reservation_rules: vec![ReservationRule::Priority, ReservationRule::Region, ReservationRule::FewestSplits],
            holidays: calendar.holidays,
            working_days: calendar.week,
            working_hours: calendar.hours,
        }
    }
}
