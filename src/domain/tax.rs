//! The tax that an invoice states (DOMAIN 7.1): its amounts include it, and each rate's are split into what is without
//! tax and the tax, which add up exactly.

use crate::domain::amount::{Amount, TooLarge, without_tax};
use serde::{Deserialize, Serialize};

/// What of an invoice is taxed at a rate, tax included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxShare {
    pub rate: Amount,
    pub gross: Amount,
    /// Of a credit note, what was credited at this rate before, so that all of them take back the tax to the last coin.
    #[serde(default)]
    pub before: Amount,
}

/// The same split up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    pub net: Amount,
    pub tax: Amount,
}

impl TaxShare {
    /// What of it is without tax, rounded half up to the currency's minor unit, and the tax, which is the rest.
    ///
    /// # Errors
    /// Never for amounts that are not negative.
    pub fn split(self, minor_digits: u32) -> Result<Split, TooLarge> {
        let up_to = without_tax(self.before.plus(self.gross)?, self.rate, minor_digits)?;
        let net = up_to.minus(without_tax(self.before, self.rate, minor_digits)?)?;
        Ok(Split { net, tax: self.gross.minus(net)? })
    }
}

/// What is left of an invoice at each of its rates, after what was credited of them; rates of which nothing is left are out.
pub fn left(of: &[TaxShare], credited: &[TaxShare]) -> Vec<TaxShare> {
    let taken = |rate: Amount| credited.iter().filter(|share| share.rate == rate).map(|share| i128::from(share.gross.parts())).sum::<i128>();
    let rest = |share: &TaxShare| Amount::from_parts(i128::from(share.gross.parts()) - taken(share.rate)).unwrap_or_default();
    of.iter().map(|share| TaxShare { gross: rest(share), ..*share }).filter(|share| share.gross > Amount::ZERO).collect()
}

/// The one share of an amount where all rates are one that is known; none where they differ, and where none is said.
pub fn of_one_rate(rates: impl IntoIterator<Item = Amount>, gross: Amount) -> Vec<TaxShare> {
    let mut rates = rates.into_iter();
    let Some(rate) = rates.next().filter(|rate| *rate > Amount::ZERO) else { return Vec::new() };
    if rates.all(|other| other == rate) { vec![TaxShare { rate, gross, before: Amount::ZERO }] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::LIMIT;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).unwrap()
    }

    fn share(rate: &str, gross: &str) -> TaxShare {
        TaxShare { rate: amount(rate), gross: amount(gross), before: Amount::ZERO }
    }

    fn split(rate: &str, gross: &str, digits: u32) -> [String; 2] {
        let split = share(rate, gross).split(digits).unwrap();
        assert_eq!(split.net.plus(split.tax), Ok(amount(gross)), "they add up exactly");
        assert!(split.net >= Amount::ZERO && split.tax >= Amount::ZERO);
        [split.net.text(digits), split.tax.text(digits)]
    }

    #[test]
    fn an_amount_is_split_at_its_rate_in_the_currencys_minor_unit() {
        // DOMAIN 7.1
        assert_eq!(split("0.13", "113.00", 2), ["100.00", "13.00"]);
        assert_eq!(split("0.06", "106.00", 2), ["100.00", "6.00"]);
        assert_eq!(split("0.13", "100.00", 2), ["88.50", "11.50"]); // 88.4955…
        assert_eq!(split("0.13", "0.01", 2), ["0.01", "0.00"]); // 0.0088…
        assert_eq!(split("0.1", "1000", 0), ["909", "91"]); // 909.09…
        assert_eq!(split("0.05", "10.000", 3), ["9.524", "0.476"]); // 9.5238…
        assert_eq!(split("0", "5.00", 2), ["5.00", "0.00"]);
        assert_eq!(split("1", "0.01", 2), ["0.01", "0.00"]); // half a cent goes up
    }

    #[test]
    fn what_is_taken_back_in_parts_takes_back_all_of_the_tax() {
        let (whole, mut before, mut back) = (share("0.13", "10.00").split(2).unwrap(), Amount::ZERO, Amount::ZERO);
        for part in ["3.33", "3.33", "3.34"] {
            let credited = TaxShare { before, ..share("0.13", part) };
            back = back.plus(credited.split(2).unwrap().tax).unwrap();
            before = before.plus(credited.gross).unwrap();
        }
        assert_eq!(back, whole.tax);
    }

    #[test]
    fn the_largest_amount_is_split_too() {
        let largest = TaxShare { rate: amount("0.13"), gross: Amount::from_parts(i128::from(LIMIT)).unwrap(), before: Amount::ZERO };
        assert!(largest.split(4).is_ok());
    }

    #[test]
    fn what_is_left_of_each_rate_goes_down_by_what_was_credited_of_it() {
        let of = [share("0.13", "113"), share("0.06", "106")];
        assert_eq!(left(&of, &[share("0.13", "13")]), [share("0.13", "100"), share("0.06", "106")]);
        assert_eq!(left(&of, &[share("0.06", "100"), share("0.06", "6")]), [share("0.13", "113")]);
    }

    #[test]
    fn one_rate_of_all_lines_is_the_rate_of_the_whole() {
        let of = |rates: &[&str]| of_one_rate(rates.iter().map(|rate| amount(rate)), Amount::units(9));
        assert_eq!(of(&["0.13", "0.13"]), [share("0.13", "9")]);
        assert!(of(&["0.13", "0.06"]).is_empty() && of(&["0", "0"]).is_empty() && of(&["0.13", "0"]).is_empty() && of(&[]).is_empty());
    }
}
