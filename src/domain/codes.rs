//! Codes of the world outside: currencies and their minor units (ISO 4217), countries
//! (ISO 3166-1 alpha-2), telephone numbers (E.164), languages (BCP 47).

/// Currencies in use, by number of digits after the point (ISO 4217, list one of 2024-06).
const CURRENCIES: &[(u32, &str)] = &[
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE \
         CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR \
         LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD \
         SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD YER ZAR ZMW ZWG",
    ),
];

const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK \
     CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK \
     HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
     MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC \
     SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
     YT ZA ZM ZW";

/// Whether a code is in a list of codes of that length with a space between each two.
fn listed(list: &str, code: &str, length: usize) -> bool {
    code.len() == length && list.as_bytes().chunks(length + 1).any(|listed| listed.starts_with(code.as_bytes()))
}

/// Digits after the point of a currency's minor unit; `None` for a code that is not in use.
pub fn minor_digits(currency: &str) -> Option<u32> {
    CURRENCIES.iter().find(|(_, codes)| listed(codes, currency, 3)).map(|(digits, _)| *digits)
}

/// Whether this is a country's code.
pub fn is_country(code: &str) -> bool {
    listed(COUNTRIES, code, 2)
}

/// Whether this is a telephone number in E.164: `+`, then 7 to 15 digits that begin with 1–9.
pub fn is_phone(text: &str) -> bool {
    text.strip_prefix('+')
        .is_some_and(|digits| (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0'))
}

/// Whether this has the shape of a BCP 47 tag: subtags of 1 to 8 letters or digits, the first of
/// 2 or 3 letters.
pub fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && text.len() <= 35
        && parts.all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_follow_iso_4217() {
        assert_eq!((minor_digits("JPY"), minor_digits("CNY"), minor_digits("BHD"), minor_digits("CLF")), (Some(0), Some(2), Some(3), Some(4)));
        assert_eq!((minor_digits("cny"), minor_digits("XXX"), minor_digits("CN")), (None, None, None));
    }

    #[test]
    fn lists_of_codes_have_one_space_between_each_two() {
        let all = CURRENCIES.iter().map(|(_, codes)| (*codes, 3)).chain([(COUNTRIES, 2)]);
        for (codes, length) in all {
            assert!(codes.split(' ').all(|code| code.len() == length && code.bytes().all(|b| b.is_ascii_uppercase())), "{codes}");
        }
    }

    #[test]
    fn codes_are_checked_by_list_and_shape() {
        assert!(is_country("CN") && !is_country("UK") && !is_country("cn"));
        assert!(is_phone("+8613800138000") && !is_phone("13800138000") && !is_phone("+0123456789") && !is_phone("+1-555-0100"));
        assert!(is_language("zh-CN") && is_language("en") && !is_language("e") && !is_language("en_US") && !is_language(""));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_code_is_plain_text_of_its_length(text in prop_oneof!["[A-Z]{1,4}", "[A-Za-z ]{0,5}", any::<String>()]) {
            prop_assert!(minor_digits(&text).is_none_or(|digits| digits <= 4 && text.len() == 3));
            prop_assert!(!is_country(&text) || (text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())));
        }

        #[test]
        fn a_phone_number_is_a_plus_and_digits(text in prop_oneof!["\\+[0-9]{0,17}", "\\+?[0-9 ()-]{0,20}", any::<String>()]) {
            let digits = text.strip_prefix('+').filter(|digits| digits.chars().all(|c| c.is_ascii_digit()));
            let good = digits.is_some_and(|digits| (7..=15).contains(&digits.chars().count()) && !digits.starts_with('0'));
            prop_assert_eq!(is_phone(&text), good);
        }

        #[test]
        fn a_language_fits_into_a_header(text in prop_oneof!["[a-z]{1,4}(-[A-Za-z0-9]{0,9}){0,5}", any::<String>()]) {
            prop_assert!(!is_language(&text) || (text.len() <= 35 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')));
        }
    }
}
