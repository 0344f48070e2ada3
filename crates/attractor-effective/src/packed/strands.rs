//! How many memories have each of a few whole numbers.

/// Most memories have the same few, and to count one up waits for the last time it was: the counters of so many memories
/// in a row go on side by side.
pub(super) const STRANDS: usize = 4;

/// Counts how often each number is there: the k-th in strand k modulo their number, and in all.
pub(super) fn count(numbers: &[u32], strands: &mut [[u32; STRANDS]], all: &mut [u32]) {
    strands.fill([0; STRANDS]);
    let (fours, rest) = numbers.as_chunks::<STRANDS>();
    for four in fours {
        for (strand, &number) in four.iter().enumerate() {
            strands[number as usize][strand] += 1;
        }
    }
    for (strand, &number) in rest.iter().enumerate() {
        strands[number as usize][strand] += 1;
    }
    for (all, strands) in all.iter_mut().zip(strands) {
        *all = strands.iter().sum();
    }
}
