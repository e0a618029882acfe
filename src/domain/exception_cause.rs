//! Why exceptions happen: the causes that a new store begins with (DOMAIN 6.1). Data; changed through the API.

use crate::domain::lifecycle::exception::ExceptionKind as Kind;

/// A cause as a store begins with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultCause {
    pub code: &'static str,
    /// The one kind of exception that it belongs to; any where there is none.
    pub kind: Option<Kind>,
    pub name_en: &'static str,
    pub name_zh: &'static str,
}

const fn cause(code: &'static str, kind: Option<Kind>, name_en: &'static str, name_zh: &'static str) -> DefaultCause {
    DefaultCause { code, kind, name_en, name_zh }
}

/// The causes that a new store knows.
pub const DEFAULT_CAUSES: &[DefaultCause] = &[
    cause("supplier_late", None, "The supplier was late", "供应商延迟交货"),
    cause("demand_above_forecast", Some(Kind::StockShortage), "More was ordered than expected", "需求超出预测"),
    cause("stock_record_wrong", Some(Kind::StockShortage), "Less was there than recorded", "账实不符"),
    cause("goods_damaged_in_store", Some(Kind::StockShortage), "Goods were damaged in the warehouse", "库内货物损坏"),
    cause("weather", None, "Weather", "天气原因"),
    cause("carrier_capacity", Some(Kind::DeliveryDelay), "The carrier had no room", "承运商运力不足"),
    cause("customs", Some(Kind::DeliveryDelay), "Customs", "海关查验"),
    cause("address_wrong", None, "The address was wrong", "地址有误"),
    cause("nobody_there", Some(Kind::DeliveryDelay), "Nobody was there to take the goods", "无人签收"),
    cause("packed_late", Some(Kind::DeliveryDelay), "Packed or handed over late", "备货或交运延误"),
    cause("production_fault", Some(Kind::QualityProblem), "A fault of production", "生产缺陷"),
    cause("material_fault", Some(Kind::QualityProblem), "A fault of the material", "原料缺陷"),
    cause("damaged_in_transit", None, "Damaged on the way", "运输途中损坏"),
    cause("lost_by_carrier", Some(Kind::ShipmentLost), "Lost by the carrier", "承运商丢失"),
    cause("wrong_goods_sent", Some(Kind::Complaint), "The wrong goods were sent", "发错货"),
    cause("entry_mistake", None, "A mistake when the order was entered", "录单错误"),
    cause("customer_changed_mind", Some(Kind::CustomerInfoChange), "The customer wants something else", "客户变更需求"),
    cause("machine_failure", None, "A machine broke down", "设备故障"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_causes_share_a_code_or_a_name() {
        let names = |name: fn(&DefaultCause) -> &'static str| DEFAULT_CAUSES.iter().map(name).collect::<BTreeSet<_>>().len();
        assert_eq!([names(|cause| cause.code), names(|cause| cause.name_en), names(|cause| cause.name_zh)], [DEFAULT_CAUSES.len(); 3]);
    }
}
