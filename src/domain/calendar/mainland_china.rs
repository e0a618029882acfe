//! The public holidays of mainland China and the make-up working days (调休) that pay for them, as
//! the State Council's General Office announces them each autumn for the next year
//! (国务院办公厅关于部分节假日安排的通知). The next year's notice is added as one more row.

/// A month and a day of it.
pub type MonthDay = (u32, u32);

/// One year's notice.
pub struct Notice {
    pub year: i32,
    /// First and last days off, weekends among them.
    pub holidays: &'static [(MonthDay, MonthDay)],
    /// Days of weekends that are worked.
    pub worked: &'static [MonthDay],
}

/// All notices that are known here.
pub const NOTICES: &[Notice] = &[
    Notice {
        year: 2024,
        holidays: &[
            ((1, 1), (1, 1)),
            ((2, 10), (2, 17)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 10), (6, 10)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ],
        worked: &[(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    },
    Notice {
        year: 2025,
        holidays: &[((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((5, 31), (6, 2)), ((10, 1), (10, 8))],
        worked: &[(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    },
    Notice {
        year: 2026,
        holidays: &[
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ],
        worked: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    },
];
