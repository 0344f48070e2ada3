//! Numbers on a regular lattice: their colours and their level lines.

use std::fmt::Write as _;

use crate::canvas::number;

/// Values at the nodes of a lattice, `nx` to a row, the row of smallest y first.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) nx: usize,
    pub(crate) ny: usize,
    pub(crate) values: Vec<f64>,
    /// Values that the colours span besides those that are there.
    pub(crate) span: Option<(f64, f64)>,
}

impl Field {
    /// The smallest and the largest value that has a colour.
    pub(crate) fn extent(&self) -> (f64, f64) {
        let start = self.span.unwrap_or((f64::INFINITY, f64::NEG_INFINITY));
        self.values.iter().fold(start, |(low, high), &v| (low.min(v), high.max(v)))
    }

    /// One byte per node, top row first: 0 for the smallest value, 255 for the largest.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let (low, high) = self.extent();
        let rows = self.values.chunks(self.nx.max(1)).rev();
        rows.flatten().map(|&value| byte(fraction(value, low, high))).collect()
    }

    /// The path of one level line (marching squares), with node (i, j) put at `place(i, j)`.
    pub(crate) fn contour(&self, level: f64, place: impl Fn(f64, f64) -> (f64, f64)) -> String {
        let mut d = String::new();
        for j in 0..self.ny.saturating_sub(1) {
            for i in 0..self.nx.saturating_sub(1) {
                self.cross(i, j, level, |from, to| {
                    let (a, b) = (place(from.0, from.1), place(to.0, to.1));
                    let _ = write!(
                        d,
                        "M{} {}L{} {}",
                        number(a.0),
                        number(a.1),
                        number(b.0),
                        number(b.1)
                    );
                });
            }
        }
        d
    }

    /// The pieces of a level line inside the cell between nodes (i, j) and (i+1, j+1).
    #[expect(clippy::cast_precision_loss, reason = "indices of a lattice that fits a drawing")]
    fn cross(&self, i: usize, j: usize, level: f64, mut piece: impl FnMut((f64, f64), (f64, f64))) {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
        let values = corners.map(|(i, j)| self.values[j * self.nx + i]);
        let mut cuts = [None; 4];
        for side in 0..4 {
            let next = (side + 1) % 4;
            if (values[side] < level) != (values[next] < level) {
                let t = fraction(level, values[side], values[next]);
                let (a, b) = (corners[side], corners[next]);
                let between = |a: usize, b: usize| a as f64 + t * (b as f64 - a as f64);
                cuts[side] = Some((between(a.0, b.0), between(a.1, b.1)));
            }
        }
        match cuts {
            [Some(south), Some(east), Some(north), Some(west)] => {
                // A saddle: the mean of the corners says which two of them hang together.
                let middle = values.iter().map(|v| v / 4.0).sum::<f64>();
                if (middle < level) == (values[0] < level) {
                    piece(south, east);
                    piece(north, west);
                } else {
                    piece(south, west);
                    piece(north, east);
                }
            }
            _ => {
                let mut cut = cuts.into_iter().flatten();
                if let (Some(from), Some(to)) = (cut.next(), cut.next()) {
                    piece(from, to);
                }
            }
        }
    }
}

/// Where `value` lies between two ends, in 0..=1; halved, finite numbers cannot overflow.
fn fraction(value: f64, low: f64, high: f64) -> f64 {
    let fraction = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    if fraction.is_nan() { 0.5 } else { fraction.clamp(0.0, 1.0) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of 255")]
fn byte(fraction: f64) -> u8 {
    (255.0 * fraction).round() as u8
}

/// Viridis at ten even places.
const VIRIDIS: [[u8; 3]; 10] = [
    [0x44, 0x01, 0x54],
    [0x48, 0x28, 0x78],
    [0x3e, 0x49, 0x89],
    [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e],
    [0x1f, 0x9e, 0x89],
    [0x35, 0xb7, 0x79],
    [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b],
    [0xfd, 0xe7, 0x25],
];

/// The colour of each byte: even steps look even, and the order survives in grey and for colour-blind eyes.
pub(crate) fn palette() -> Vec<[u8; 3]> {
    (0..=255_u8)
        .map(|index| {
            let at = f64::from(index) / 255.0 * 9.0;
            let left = usize::from(index) * 9 / 255;
            let right = (left + 1).min(9);
            let t = at - at.floor();
            [0, 1, 2].map(|c| mix(VIRIDIS[left][c], VIRIDIS[right][c], t))
        })
        .collect()
}

fn mix(a: u8, b: u8, t: f64) -> u8 {
    byte((f64::from(a) + t * (f64::from(b) - f64::from(a))) / 255.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_palette_goes_from_dark_to_light() {
        let palette = palette();
        let grey =
            |c: &[u8; 3]| 0.3 * f64::from(c[0]) + 0.59 * f64::from(c[1]) + 0.11 * f64::from(c[2]);
        assert_eq!((palette[0], palette[255]), (VIRIDIS[0], VIRIDIS[9]));
        assert!(palette.windows(2).all(|pair| grey(&pair[0]) < grey(&pair[1]) + 1.0));
    }

    #[test]
    fn the_level_line_of_a_slope_is_straight() {
        let field = Field { nx: 3, ny: 2, values: vec![0.0, 1.0, 2.0, 0.0, 1.0, 2.0], span: None };
        assert_eq!(field.contour(0.5, |i, j| (i, j)), "M0.5 0L0.5 1");
        assert_eq!(field.contour(5.0, |i, j| (i, j)), "");
    }

    #[test]
    fn the_top_row_comes_first() {
        let field = Field { nx: 1, ny: 3, values: vec![-1.0, 0.0, 1.0], span: None };
        assert_eq!(field.bytes(), [255, 128, 0]);
    }
}
