//! The carriers that a new store begins with (DOMAIN 4.1, 4.3). Data; changed through the API.

use super::Carrier;
use crate::domain::lifecycle::shipment::DeliveryMethod;

/// What a carrier is called, its usual code first, and the page that shows a trace: the carrier's own, or that of
/// Kuaidi100 where the carrier's takes no number.
const KNOWN: &[(&[&str], &str)] = &[
    (&["SF", "SF Express", "顺丰", "顺丰速运"], "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{number}"),
    (&["YTO", "YTO Express", "圆通", "圆通速递"], "https://www.kuaidi100.com/chaxun?com=yuantong&nu={number}"),
    (&["ZTO", "ZTO Express", "中通", "中通快递"], "https://www.zto.com/express/expressCheck.html?txtBill={number}"),
    (&["STO", "STO Express", "申通", "申通快递"], "https://www.kuaidi100.com/chaxun?com=shentong&nu={number}"),
    (&["YUNDA", "YD", "Yunda Express", "韵达", "韵达速递"], "https://www.kuaidi100.com/chaxun?com=yunda&nu={number}"),
    (&["JTSD", "JT", "J&T", "J&T Express", "极兔", "极兔速递"], "https://www.kuaidi100.com/chaxun?com=jtexpress&nu={number}"),
    (&["DBL", "Deppon", "德邦", "德邦快递"], "https://www.kuaidi100.com/chaxun?com=debangkuaidi&nu={number}"),
    (&["JD", "JD Logistics", "JDL", "京东", "京东物流", "京东快递"], "https://www.jdl.com/orderSearch/?waybillCodes={number}"),
    (&["EMS", "China Post", "邮政", "中国邮政"], "https://www.ems.com.cn/queryList?mailNum={number}"),
    (&["DHL", "DHL Express"], "https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id={number}"),
    (&["UPS"], "https://www.ups.com/track?tracknum={number}"),
    (&["FEDEX", "FedEx Express"], "https://www.fedex.com/fedextrack/?trknbr={number}"),
    (&["USPS"], "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}"),
];

/// Who carries pallets beside parcels.
const FREIGHT_TOO: &[&str] = &["DBL", "SF", "JD"];

/// The carriers that a new store knows: where they deliver and how long they take is left to the company.
pub fn default_carriers() -> Vec<Carrier> {
    let carrier = |(names, page): &(&[&str], &str)| {
        let code = names.first().copied().unwrap_or_default();
        let mut methods = vec![DeliveryMethod::Courier];
        methods.extend(FREIGHT_TOO.contains(&code).then_some(DeliveryMethod::Freight));
        Carrier {
            code: code.to_owned(),
            name: names.get(1).copied().unwrap_or(code).to_owned(),
            aliases: names.iter().skip(2).map(|name| (*name).to_owned()).collect(),
            methods,
            tracking_template: Some((*page).to_owned()),
            service_days: None,
            coverage: Vec::new(),
            active: true,
        }
    };
    KNOWN.iter().map(carrier).collect()
}
