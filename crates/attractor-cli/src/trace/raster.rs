//! The activity of the hidden neurons over time, one row a neuron.

use crate::failure::Failure;
use attractor_figure::{HeatMap, Svg};
use attractor_lagrangian::{AnyLagrangian, Lagrangian};
use attractor_network::Record;
use attractor_synapse::Element;

/// Up to so many neurons each has its row.
const ALL: usize = 64;
/// Of more, so many of the most active.
const MOST_ACTIVE: usize = 32;
/// Columns of the raster.
const COLUMNS: usize = 240;

/// The raster, if the records span any time.
pub(crate) fn draw<T: Element>(
    records: &[Record<T>],
    features: usize,
    hidden: &AnyLagrangian,
    time: &str,
) -> Result<Option<Svg>, Failure>
where
    AnyLagrangian: Lagrangian<T>,
{
    let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(None) };
    if !(first.time < last.time) {
        return Ok(None);
    }
    let columns = columns(records);
    let activities = |see: &mut See<'_, T>| {
        let mut f = vec![T::ZERO; first.state.len() - features];
        for (column, record) in columns.iter().enumerate() {
            hidden.activate(&record.state[features..], &mut f);
            see(column, &f);
        }
    };
    let neurons = first.state.len() - features;
    let rows = chosen(neurons, &activities);
    let mut values = vec![0.0; rows.len() * columns.len()];
    activities(&mut |column, f| {
        for (row, &neuron) in rows.iter().enumerate() {
            values[row * columns.len() + column] = f[neuron].f64();
        }
    });
    let (title, name, from) = words(neurons, rows[0]);
    let edges = (from - 0.5, from + rows.len() as f64 - 0.5);
    let map =
        HeatMap::new(&title, columns.len(), rows.len(), &values, (first.time, last.time), edges);
    let map = map.cells().axes(time, name).scale("activity f");
    Ok(Some(map.size(760, 220 + 5 * rows.len() as u32).draw()?))
}

/// A record for every column: the nearest in time, on an even lattice.
fn columns<T>(records: &[Record<T>]) -> Vec<&Record<T>> {
    let count = records.len().clamp(2, COLUMNS);
    let (start, end) = (records[0].time, records[records.len() - 1].time);
    let nearest = |column: usize| {
        let time = start + (end - start) * column as f64 / (count - 1) as f64;
        let after = records.partition_point(|record| record.time < time).min(records.len() - 1);
        let before = after.saturating_sub(1);
        let closer = time - records[before].time < records[after].time - time;
        &records[if closer { before } else { after }]
    };
    (0..count).map(nearest).collect()
}

/// Is shown the activities of a column.
type See<'a, T> = dyn FnMut(usize, &[T]) + 'a;

/// The neurons that have rows: all of a few, else those with the largest peaks, largest first.
fn chosen<T: Element>(neurons: usize, activities: &dyn Fn(&mut See<'_, T>)) -> Vec<usize> {
    let mut ids: Vec<usize> = (0..neurons).collect();
    if neurons > ALL {
        let mut peaks = vec![0.0f64; neurons];
        activities(&mut |_, f| {
            peaks.iter_mut().zip(f).for_each(|(peak, f)| *peak = peak.max(f.f64().abs()));
        });
        ids.sort_by(|&a, &b| peaks[b].total_cmp(&peaks[a]));
        ids.truncate(MOST_ACTIVE);
    }
    ids
}

/// Title, the name of the rows and the number of the first.
fn words(neurons: usize, first: usize) -> (String, &'static str, f64) {
    if neurons <= ALL {
        return ("Activity of the hidden neurons".to_owned(), "hidden neuron", 0.0);
    }
    let title = format!(
        "The {MOST_ACTIVE} most active of {neurons} hidden neurons; the first of them is neuron {first}"
    );
    (title, "rank by largest activity", 1.0)
}
