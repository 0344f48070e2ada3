//! Ticks as exact decimals: a label is made from an integer and a power of ten, never from a rounded
//! binary number.

/// The number digits · 10^exponent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    digits: i64,
    exponent: i32,
}

impl Decimal {
    /// The step among 1, 2, 5 times a power of ten that is nearest to `width`.
    #[expect(clippy::cast_possible_truncation, reason = "a decimal exponent of a finite f64")]
    pub(crate) fn round_step(width: f64) -> Self {
        let width = if width.is_finite() { width.max(1e-300) } else { 1e308 };
        let exponent = width.log10().floor() as i32;
        let digits = match width / power_of_ten(exponent) {
            mantissa if mantissa < 1.5 => 1,
            mantissa if mantissa < 3.2 => 2,
            mantissa if mantissa < 7.1 => 5,
            _ => 10,
        };
        Self { digits, exponent }.normal()
    }

    /// The nearest f64, which may be infinite.
    #[expect(clippy::cast_precision_loss, reason = "tick counts stay far below 2^53")]
    pub(crate) fn value(self) -> f64 {
        if self.exponent < 0 && self.exponent >= -22 {
            return self.digits as f64 / power_of_ten(-self.exponent);
        }
        self.digits as f64 * power_of_ten(self.exponent)
    }

    fn normal(self) -> Self {
        match self.digits {
            10 => Self { digits: 1, exponent: self.exponent + 1 },
            _ => self,
        }
    }

    fn times(self, count: i64) -> Self {
        Self { digits: self.digits.saturating_mul(count), exponent: self.exponent }
    }

    /// The exponent of its leading digit; None for zero.
    fn magnitude(self) -> Option<i32> {
        let length = i32::try_from(self.digits.unsigned_abs().checked_ilog10()?).ok()?;
        Some(length + self.exponent)
    }

    /// Written out, with as many decimals as the exponent says.
    fn plain(self) -> String {
        let digits = self.digits.unsigned_abs();
        let sign = if self.digits < 0 { "−" } else { "" };
        let Ok(decimals) = usize::try_from(-self.exponent) else {
            let zeros = if digits == 0 { 0 } else { usize::try_from(self.exponent).unwrap_or(0) };
            return format!("{sign}{digits}{}", "0".repeat(zeros));
        };
        let text = format!("{digits:0>width$}", width = decimals + 1);
        let (whole, rest) = text.split_at(text.len() - decimals);
        if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
    }

    /// As a mantissa times ten to `magnitude`.
    fn scientific(self, magnitude: i32) -> String {
        if self.digits == 0 {
            return "0".to_owned();
        }
        let mantissa = Self { digits: self.digits, exponent: self.exponent - magnitude };
        format!("{}×{}", mantissa.plain(), power(magnitude))
    }

    /// As short as it can be said without losing a digit.
    fn shortest(self) -> String {
        match self.magnitude() {
            Some(m) if !reads_plainly(m, self.exponent) => self.scientific(m),
            _ => self.plain(),
        }
    }
}

fn power_of_ten(exponent: i32) -> f64 {
    10_f64.powi(exponent)
}

fn reads_plainly(magnitude: i32, exponent: i32) -> bool {
    magnitude <= 5 && exponent >= -4
}

/// Ten to a power, with a raised exponent.
fn power(exponent: i32) -> String {
    let digits = exponent.to_string();
    let raised = digits.chars().map(|c| match c {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4'..='9' => char::from_u32(u32::from('⁴') + u32::from(c) - u32::from('4')).unwrap_or(c),
        _ => '⁰',
    });
    format!("10{}", raised.collect::<String>())
}

/// More steps than this from zero, and the labels count from a tick instead.
const FAR: i64 = 1_000_000;
/// No axis shows more ticks than this, whatever rounding made of its range.
const MANY: i64 = 24;

/// The multiples of `step` between `low` and `high`, both in steps, and a remark if their labels do not
/// count from zero. An end that misses a multiple only by rounding still has it.
#[expect(
    clippy::cast_possible_truncation,
    reason = "ends beyond i64 saturate, and then carry no ticks"
)]
pub(crate) fn label_steps(
    step: Decimal,
    low: f64,
    high: f64,
) -> (Vec<(f64, String)>, Option<String>) {
    let slack = 1e-9 * (high - low);
    let (first, last) = ((low - slack).ceil() as i64, (high + slack).floor() as i64);
    let last = last.min(first.saturating_add(MANY));
    let far =
        step.times(first).digits.saturating_abs().max(step.times(last).digits.saturating_abs())
            >= FAR;
    let origin = if far { first } else { 0 };
    let extent = [first, last].map(|count| step.times(count.saturating_sub(origin)).magnitude());
    let magnitude = extent.into_iter().flatten().max().unwrap_or(0);
    let labels = (first..=last)
        .map(|count| (step.times(count).value(), step.times(count - origin)))
        .filter(|(value, _)| value.is_finite())
        .map(|(value, shown)| (value, label(shown, magnitude)))
        .collect();
    let note = far.then(|| format!("relative to {}", step.times(origin).plain_or_power()));
    (labels, note)
}

impl Decimal {
    /// Written out while that stays below some twenty digits.
    fn plain_or_power(self) -> String {
        match self.magnitude() {
            Some(m) if m > 15 || self.exponent < -15 => self.scientific(m),
            _ => self.plain(),
        }
    }
}

fn label(shown: Decimal, magnitude: i32) -> String {
    if reads_plainly(magnitude, shown.exponent) {
        shown.plain()
    } else {
        shown.scientific(magnitude)
    }
}

/// Powers of ten within the range of exponents; over few decades also their doubles and quintuples.
#[expect(clippy::cast_possible_truncation, reason = "decimal exponents of finite f64s")]
pub(crate) fn label_decades((low, high): (f64, f64), wanted: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.floor() as i32, high.ceil() as i32);
    let fits =
        |stride: &i32| usize::try_from((last - first) / stride).is_ok_and(|n| n <= wanted + 1);
    let stride = [1, 2, 5, 10, 20, 25, 50, 100].into_iter().find(fits).unwrap_or(200);
    let mantissas: &[i64] = if high - low < 1.6 { &[1, 2, 5] } else { &[1] };
    let ticks: Vec<Decimal> = (first..=last)
        .filter(|exponent| exponent.rem_euclid(stride) == 0)
        .flat_map(|exponent| mantissas.iter().map(move |&digits| Decimal { digits, exponent }))
        .filter(|tick| (low - 1e-9..=high + 1e-9).contains(&tick.value().log10()))
        .collect();
    let plain = ticks.iter().all(|tick| (-3..=4).contains(&tick.exponent));
    ticks.into_iter().map(|tick| (tick.value(), label_decade(tick, plain))).collect()
}

fn label_decade(tick: Decimal, plain: bool) -> String {
    match (plain, tick.digits) {
        (true, _) => tick.shortest(),
        (false, 1) => power(tick.exponent),
        (false, digits) => format!("{digits}×{}", power(tick.exponent)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_exactly() {
        assert_eq!(Decimal { digits: -25, exponent: -1 }.plain(), "−2.5");
        assert_eq!(Decimal { digits: 5, exponent: -3 }.plain(), "0.005");
        assert_eq!(Decimal { digits: 0, exponent: 4 }.plain(), "0");
        assert_eq!(Decimal { digits: 25, exponent: 84 }.shortest(), "2.5×10⁸⁵");
        assert_eq!(power(-10), "10⁻¹⁰");
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(Decimal::round_step(0.23), Decimal { digits: 2, exponent: -1 });
        assert_eq!(Decimal::round_step(9.0), Decimal { digits: 1, exponent: 1 });
    }
}
