//! Carriers: the methods that need one, and the pages on which those that we know show a trace
//! (DOMAIN 4.1, 4.3).

use crate::domain::lifecycle::shipment::DeliveryMethod;

/// A carrier that we know.
#[derive(Debug)]
struct Carrier {
    /// What it is called, its usual code first; upper and lower case do not matter.
    names: &'static [&'static str],
    /// Where its traces are shown, with `{number}` for the tracking number.
    page: &'static str,
}

const fn carrier(names: &'static [&'static str], page: &'static str) -> Carrier {
    Carrier { names, page }
}

/// The carriers' own pages; those of Kuaidi100 for carriers whose page takes no number.
const CARRIERS: &[Carrier] = &[
    carrier(&["SF", "SF Express", "顺丰", "顺丰速运"], "https://www.sf-express.com/chn/sc/waybill/waybill-detail/{number}"),
    carrier(&["YTO", "YTO Express", "圆通", "圆通速递"], "https://www.kuaidi100.com/chaxun?com=yuantong&nu={number}"),
    carrier(&["ZTO", "ZTO Express", "中通", "中通快递"], "https://www.zto.com/express/expressCheck.html?txtBill={number}"),
    carrier(&["STO", "STO Express", "申通", "申通快递"], "https://www.kuaidi100.com/chaxun?com=shentong&nu={number}"),
    carrier(&["YUNDA", "YD", "Yunda Express", "韵达", "韵达速递"], "https://www.kuaidi100.com/chaxun?com=yunda&nu={number}"),
    carrier(&["JTSD", "JT", "J&T", "J&T Express", "极兔", "极兔速递"], "https://www.kuaidi100.com/chaxun?com=jtexpress&nu={number}"),
    carrier(&["DBL", "Deppon", "德邦", "德邦快递"], "https://www.kuaidi100.com/chaxun?com=debangkuaidi&nu={number}"),
    carrier(&["JD", "JD Logistics", "JDL", "京东", "京东物流", "京东快递"], "https://www.jdl.com/orderSearch/?waybillCodes={number}"),
    carrier(&["EMS", "China Post", "邮政", "中国邮政"], "https://www.ems.com.cn/queryList?mailNum={number}"),
    carrier(&["DHL", "DHL Express"], "https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id={number}"),
    carrier(&["UPS"], "https://www.ups.com/track?tracknum={number}"),
    carrier(&["FEDEX", "FedEx Express"], "https://www.fedex.com/fedextrack/?trknbr={number}"),
    carrier(&["USPS"], "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}"),
];

/// Whether goods leave by this method with a carrier, who is named and gives a tracking number.
pub const fn needs_carrier(method: DeliveryMethod) -> bool {
    matches!(method, DeliveryMethod::Courier | DeliveryMethod::Freight)
}

/// Text as it may stand in a path or a query (RFC 3986, 2.3).
fn encoded(text: &str) -> String {
    let letter = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// The page that shows the trace of a number; `None` for a carrier that we do not know.
pub fn tracking_url(carrier: &str, number: &str) -> Option<String> {
    let goes_by = |known: &&Carrier| known.names.iter().any(|name| name.eq_ignore_ascii_case(carrier.trim()));
    CARRIERS.iter().find(goes_by).map(|known| known.page.replace("{number}", &encoded(number)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_known_carrier_has_a_page_for_each_number() {
        // DOMAIN 4.3
        let page = "https://www.sf-express.com/chn/sc/waybill/waybill-detail/SF1234567890";
        for name in ["SF", "sf", " Sf express ", "顺丰速运"] {
            assert_eq!(tracking_url(name, "SF1234567890").as_deref(), Some(page), "{name}");
        }
        assert_eq!(tracking_url("UPS", "1Z/9&x=运").as_deref(), Some("https://www.ups.com/track?tracknum=1Z%2F9%26x%3D%E8%BF%90"));
        assert_eq!(tracking_url("Wang Transport", "1"), None);
        assert_eq!(tracking_url("", "1"), None);
    }

    #[test]
    fn every_page_is_safe_and_takes_the_number_once() {
        for known in CARRIERS {
            assert!(known.page.starts_with("https://"), "{}", known.page);
            assert_eq!(known.page.matches("{number}").count(), 1, "{}", known.page);
        }
    }

    #[test]
    fn no_two_carriers_share_a_name() {
        let names: Vec<String> = CARRIERS.iter().flat_map(|known| known.names).map(|name| name.to_lowercase()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    }

    #[test]
    fn only_what_leaves_with_a_carrier_has_a_tracking_number() {
        // DOMAIN 3.3
        let needing: Vec<&str> = DeliveryMethod::ALL.iter().filter(|method| needs_carrier(**method)).map(|method| method.as_str()).collect();
        assert_eq!(needing, ["courier", "freight"]);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_the_number_the_page_is_plain_and_holds_it(known in proptest::sample::select(CARRIERS.iter().collect::<Vec<_>>()), number in any::<String>()) {
            let url = tracking_url(known.names[0], &number).unwrap();
            prop_assert!(url.starts_with("https://") && url.bytes().all(|b| b.is_ascii_graphic()), "{}", url);
            prop_assert!(!url.contains(['"', '<', '>', '\'', '\\', '{']), "{}", url);
            let (before, after) = known.page.split_once("{number}").unwrap();
            let inside = url.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap();
            prop_assert!(inside.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.~%".contains(&b)), "{}", inside);
        }

        #[test]
        fn a_stranger_has_no_page(name in any::<String>(), number in any::<String>()) {
            let known = CARRIERS.iter().flat_map(|carrier| carrier.names).any(|known| known.eq_ignore_ascii_case(name.trim()));
            prop_assert_eq!(tracking_url(&name, &number).is_some(), known);
        }
    }
}
