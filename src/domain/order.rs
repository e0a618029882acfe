//! An order's own values: kinds, channels, sub-statuses, and the arithmetic of its amounts
//! (DOMAIN 1.5, DECISIONS 21).

use crate::domain::amount::{Amount, TooLarge, line_amount, share};
use crate::words;

words! {
    /// Where an order came from (DOMAIN 0).
    pub enum Channel {
        Web = "web" / "Web" / "网站",
        Store = "store" / "Store" / "门店",
        Phone = "phone" / "Phone" / "电话",
        Email = "email" / "E-mail" / "邮件",
        Fax = "fax" / "Fax" / "传真",
        Form = "form" / "Form" / "表单",
        Marketplace = "marketplace" / "Marketplace" / "电商平台",
        Crm = "crm" / "CRM" / "CRM",
        Import = "import" / "Import" / "导入",
        Api = "api" / "API" / "接口",
    }
}

words! {
    /// What a line is: stocked, made to order, or a service.
    pub enum LineKind {
        Standard = "standard" / "Standard" / "标准品",
        Custom = "custom" / "Custom" / "定制品",
        Service = "service" / "Service" / "服务",
    }
}

words! {
    /// How urgent an order is among others.
    pub enum Priority { Low = "low", Normal = "normal", High = "high", Urgent = "urgent" }
}

words! {
    /// How a customer is treated.
    pub enum CustomerTier { Standard = "standard" / "Standard" / "普通", KeyAccount = "key_account" / "Key account" / "大客户" }
}

words! {
    /// Where the stock of an order's standard lines stands (DOMAIN 3.4: derived, never set).
    pub enum InventoryStatus {
        NotRequired = "not_required" / "Not required" / "无需备货",
        Unreserved = "unreserved" / "Not reserved" / "未预留",
        PartlyReserved = "partly_reserved" / "Partly reserved" / "部分预留",
        Reserved = "reserved" / "Reserved" / "已预留",
        Issued = "issued" / "Issued" / "已出库",
    }
}

words! {
    /// Where production of an order's custom lines stands.
    pub enum ProductionStatus {
        NotRequired = "not_required" / "Not required" / "无需生产",
        Pending = "pending" / "Pending" / "待生产",
        InProgress = "in_progress" / "In progress" / "生产中",
        Completed = "completed" / "Completed" / "已完成",
    }
}

words! {
    /// What has to be paid before an order goes on (DECISIONS 38).
    pub enum PaymentDue {
        OnAccount = "on_account" / "On account" / "赊账",
        Deposit = "deposit" / "Deposit before release" / "下达前付定金",
        DepositThenBalance = "deposit_then_balance" / "Deposit before release, the rest before dispatch" / "下达前付定金，发货前付清",
        BeforeRelease = "before_release" / "All of it before release" / "下达前付清",
        BeforeDispatch = "before_dispatch" / "All of it before dispatch" / "发货前付清",
    }
}

impl PaymentDue {
    /// Whether it asks for a deposit, which then has to be said.
    pub const fn needs_deposit(self) -> bool {
        matches!(self, Self::Deposit | Self::DepositThenBalance)
    }

    /// How much of a total has to be paid before release.
    pub fn before_release(self, total: Amount, deposit: Option<Amount>) -> Amount {
        match self {
            Self::BeforeRelease => total,
            // a deposit is no more than all there is to pay
            Self::Deposit | Self::DepositThenBalance => deposit.unwrap_or_default().at_most(total),
            Self::OnAccount | Self::BeforeDispatch => Amount::ZERO,
        }
    }

    /// How much of a total has to be paid before anything is dispatched.
    pub fn before_dispatch(self, total: Amount, deposit: Option<Amount>) -> Amount {
        match self {
            Self::DepositThenBalance | Self::BeforeDispatch => total,
            Self::OnAccount | Self::Deposit | Self::BeforeRelease => self.before_release(total, deposit),
        }
    }
}

/// What is missing of what has to be paid; none where nothing is.
pub fn missing(needed: Amount, paid: Amount) -> Option<Amount> {
    needed.minus(paid).ok().filter(|left| *left > Amount::ZERO)
}

words! {
    /// What has been paid of an order's total (DOMAIN 7.1).
    pub enum PaymentStatus {
        Unpaid = "unpaid" / "Unpaid" / "未付款",
        Partial = "partial" / "Partly paid" / "部分付款",
        Paid = "paid" / "Paid" / "已付款",
        Overpaid = "overpaid" / "Overpaid" / "多付款",
    }
}

words! {
    /// The key fields that a verifier marks (DOMAIN 1.6).
    pub enum KeyField { Customer = "customer", Specification = "specification", Quantity = "quantity", Amount = "amount", DeliveryDate = "delivery_date" }
}

words! {
    /// What the system found when an order came in, shown to whoever verifies it.
    pub enum Finding {
        AmountDifference = "amount_difference" / "The declared total differs from the computed one." / "申报总额与计算总额不一致。",
        LooksAlike = "looks_alike" / "Another order of the last day has the same phone and goods." / "一天内存在相同电话和商品的订单。",
        UnknownSku = "unknown_sku" / "A line's SKU is missing or not in the catalogue." / "有明细缺少 SKU 或 SKU 不在目录中。",
        PromisedInPast = "promised_in_past" / "The promised date lies in the past." / "承诺日期已过。",
        PriceDiffers = "price_differs" / "A line's price is not the catalogue's." / "有明细单价与产品目录不一致。",
        IncompleteAddress = "incomplete_address" / "The delivery address is incomplete." / "收货地址不完整。",
    }
}

words! {
    /// What an invoice is (DOMAIN 7.1).
    pub enum InvoiceKind { Ordinary = "ordinary" / "Ordinary invoice" / "普通发票", SpecialVat = "special_vat" / "Special VAT invoice" / "增值税专用发票" }
}

words! {
    /// How a payment came.
    pub enum PaymentMethod {
        Cash = "cash", Transfer = "transfer", Card = "card", Alipay = "alipay", Wechat = "wechat", Cheque = "cheque", Other = "other"
    }
}

/// What the amount of one line is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTerms {
    pub quantity: Amount,
    pub unit_price: Amount,
    pub discount_rate: Amount,
    pub discount_amount: Amount,
    pub tax_rate: Amount,
}

/// A line's amount after discount, and the tax that comes on top of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineTotal {
    pub amount: Amount,
    pub tax: Amount,
}

/// What an order comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    pub lines: Vec<LineTotal>,
    pub goods_amount: Amount,
    pub tax: Amount,
    pub total: Amount,
}

/// Why there is no total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TotalsError {
    /// The line at this place has a discount above its value.
    LineNegative(usize),
    /// The discount is above all there is to pay.
    TotalNegative,
    /// More than 12 digits before the point.
    TooLarge,
}

impl From<TooLarge> for TotalsError {
    fn from(_: TooLarge) -> Self {
        Self::TooLarge
    }
}

/// total = Σ line amounts − discount + shipping fee + tax (DECISIONS 21); tax comes on top only
/// where prices do not include it. Lines and their tax are rounded half up one by one.
pub fn totals(
    lines: &[LineTerms],
    discount: Amount,
    shipping_fee: Amount,
    prices_include_tax: bool,
    minor_digits: u32,
) -> Result<Totals, TotalsError> {
    let mut rounded = Vec::with_capacity(lines.len());
    for (at, line) in lines.iter().enumerate() {
        let amount = line_amount(line.quantity, line.unit_price, line.discount_rate, line.discount_amount, minor_digits)?;
        if amount < Amount::ZERO {
            return Err(TotalsError::LineNegative(at));
        }
        let tax = if prices_include_tax { Amount::ZERO } else { share(amount, line.tax_rate, minor_digits)? };
        rounded.push(LineTotal { amount, tax });
    }
    let goods_amount = Amount::sum(rounded.iter().map(|l| l.amount))?;
    let tax = Amount::sum(rounded.iter().map(|l| l.tax))?;
    let total = goods_amount.plus(shipping_fee)?.plus(tax)?.minus(discount)?;
    if total < Amount::ZERO {
        return Err(TotalsError::TotalNegative);
    }
    Ok(Totals { lines: rounded, goods_amount, tax, total })
}

/// What has been paid of a total.
pub fn payment_status(total: Amount, paid: Amount) -> PaymentStatus {
    match paid {
        p if p > total => PaymentStatus::Overpaid,
        p if p == total => PaymentStatus::Paid,
        p if p > Amount::ZERO => PaymentStatus::Partial,
        _ => PaymentStatus::Unpaid,
    }
}

/// Where the stock of standard lines stands: how many units are ordered, reserved and picked.
pub fn inventory_status(ordered: Amount, reserved: Amount, picked: Amount) -> InventoryStatus {
    if ordered == Amount::ZERO {
        InventoryStatus::NotRequired
    } else if picked >= ordered {
        InventoryStatus::Issued
    } else if reserved.parts() + picked.parts() >= ordered.parts() {
        InventoryStatus::Reserved
    } else if reserved.parts() + picked.parts() > 0 {
        InventoryStatus::PartlyReserved
    } else {
        InventoryStatus::Unreserved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(quantity: &str, price: &str, tax_rate: &str) -> LineTerms {
        let read = |text| Amount::parse(text).unwrap();
        LineTerms {
            quantity: read(quantity),
            unit_price: read(price),
            discount_rate: Amount::ZERO,
            discount_amount: Amount::ZERO,
            tax_rate: read(tax_rate),
        }
    }

    #[test]
    fn the_total_is_lines_less_discount_plus_fee_plus_tax() {
        // DECISIONS 21
        let fee = Amount::units(8);
        let out = totals(&[line("50", "10", "0.13"), line("50", "6", "0.13")], Amount::units(100), fee, false, 2).unwrap();
        assert_eq!((out.goods_amount.text(2), out.tax.text(2), out.total.text(2)), ("800.00".into(), "104.00".into(), "812.00".into()));
        let included = totals(&[line("50", "10", "0.13")], Amount::ZERO, fee, true, 2).unwrap();
        assert_eq!((included.tax.text(2), included.total.text(2)), ("0.00".into(), "508.00".into()));
    }

    #[test]
    fn a_discount_above_the_value_is_refused() {
        let over = LineTerms { discount_amount: Amount::units(11), ..line("1", "10", "0") };
        assert_eq!(totals(&[line("1", "1", "0"), over], Amount::ZERO, Amount::ZERO, true, 2), Err(TotalsError::LineNegative(1)));
        assert_eq!(totals(&[line("1", "1", "0")], Amount::units(2), Amount::ZERO, true, 2), Err(TotalsError::TotalNegative));
    }

    #[test]
    fn sub_statuses_follow_from_quantities() {
        let units = Amount::units;
        assert_eq!(payment_status(units(10), units(11)), PaymentStatus::Overpaid);
        assert_eq!(inventory_status(units(10), units(4), units(6)), InventoryStatus::Reserved);
        assert_eq!(inventory_status(units(10), units(4), units(0)), InventoryStatus::PartlyReserved);
        assert_eq!(inventory_status(units(0), units(0), units(0)), InventoryStatus::NotRequired);
    }
}
