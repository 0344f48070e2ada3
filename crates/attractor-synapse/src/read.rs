//! The one-pass read-out: scores, weights, weighted sum, energy and certificate of a batch of
//! queries, in fixed shares that are merged in a fixed tree.

use crate::cover::Reading;
use crate::panels::Panels;
use crate::part::Part;
use crate::product::Element;
use crate::question::{Answer, Answers, Question};
use crate::share::Share;
use crate::together::{together, worth_waking};
use crate::{Memories, Synapses, answer};
use attractor_lagrangian::{OnePass, Select};

/// Queries that are read together.
const CHUNK: usize = 128;
/// Shares that threads work on, of few queries and of many: their sums are what a read holds. Fixed, so
/// that the merge order does not depend on the threads.
const SHARES: (usize, usize) = (16, 4);
/// So few bytes of ξ stay in cache: of many queries, threads divide those and not the memories.
const CACHED: usize = 8 << 20;
/// Queries that are read together then.
const FEW: usize = 64;
/// Memories that a share has at least.
const LEAST: usize = 192;

/// Who reads what.
#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Queries that are read together.
    chunk: usize,
    /// Shares of the memories.
    shares: usize,
    wake: bool,
}

impl Plan {
    fn of<T: Element>(xi: &Synapses<T>, question: &Question<'_, T>, width: usize) -> Self {
        let (n, d) = (xi.memories(), xi.features());
        let queries = question.outputs.len() / d;
        let bytes = n * (d + width) * size_of::<T>();
        let products = n * (d + width) * queries;
        let wake = worth_waking(bytes, products);
        let streams = question.hidden.one_pass().is_some();
        if queries > FEW && (bytes <= CACHED || !streams) {
            return Self { chunk: FEW, shares: 1, wake };
        }
        let most = (256 / queries.clamp(1, CHUNK)).clamp(SHARES.1, SHARES.0);
        let shares = if streams { n.div_ceil(LEAST).min(most) } else { 1 };
        Self { chunk: CHUNK, shares, wake }
    }
}

/// Reads the memories in chunks of queries, each in shares: the bits do not depend on the number of
/// threads.
pub(crate) fn read<T: Element>(
    xi: &Synapses<T>,
    question: &Question<'_, T>,
    reading: &Reading<'_, T>,
    answers: &mut Answers<T>,
) {
    let d = xi.features();
    check(xi.memories(), d, question);
    let queries = question.outputs.len() / d;
    reading.check(xi.memories(), queries, question.hidden);
    let width = reading.width(d);
    let plan = Plan::of(xi, question, width);
    answers.features = width;
    answers.answers.resize_with(queries, Answer::default);
    answers.fields.resize(queries * width, 0.0);
    let by_query = answers.answers.chunks_mut(plan.chunk);
    let places = by_query.zip(answers.fields.chunks_mut(plan.chunk * width)).enumerate();
    let ask = |desk: &mut Desk<T>, (i, (answers, fields)): (usize, (&mut [Answer], &mut [f64]))| {
        let first = i * plan.chunk;
        let question = question.of_some(first..first + answers.len(), d);
        desk.read(xi, &plan, Ask { question, reading: *reading, first, answers, fields });
    };
    let desks = if plan.shares == 1 { queries.div_ceil(plan.chunk) } else { 1 };
    together(&mut answers.desks, desks, places, plan.wake, ask);
}

#[track_caller]
pub(crate) fn check<T: Element>(n: usize, d: usize, question: &Question<'_, T>) {
    let numbers = question.outputs.len();
    assert_eq!(numbers % d, 0, "{numbers} outputs are no multiple of {d} features");
    assert!(question.bias.is_none_or(|b| b.len() == n), "one bias per memory, {n}");
    if let Some(moved) = question.moved {
        let fits = moved.by.len() == numbers && moved.before.len() == numbers / d;
        assert!(fits, "moves for {} numbers, outputs are {numbers}", moved.by.len());
    }
}

/// Some of the queries, and where their answers go.
struct Ask<'a, T> {
    question: Question<'a, T>,
    reading: Reading<'a, T>,
    first: usize,
    answers: &'a mut [Answer],
    fields: &'a mut [f64],
}

/// Where a chunk of queries is read, with the storage that reads reuse.
#[derive(Debug)]
pub(crate) struct Desk<T> {
    panels: Panels<T>,
    shares: Vec<Share<T>>,
}

impl<T> Default for Desk<T> {
    fn default() -> Self {
        Self { panels: Panels::default(), shares: Vec::new() }
    }
}

impl<T: Element> Desk<T> {
    fn read(&mut self, xi: &Synapses<T>, plan: &Plan, ask: Ask<'_, T>) {
        let (n, count) = (xi.memories(), plan.shares);
        let Ask { question, reading, first, answers, fields } = ask;
        self.panels.lay_out(&question, xi.features());
        let (panels, features) = (&self.panels, xi.features());
        let part = Part { question, reading, first, panels, features };
        self.shares.resize_with(count.max(self.shares.len()), Share::new);
        let shares = &mut self.shares[..count];
        let share_of = |i: usize| i * n / count..(i + 1) * n / count;
        let wake = plan.wake && count > 1;
        let read =
            |_: &mut (), (i, share): (usize, &mut Share<T>)| share.read(xi, &part, share_of(i));
        together(&mut Vec::new(), count, shares.iter_mut().enumerate(), wake, read);
        merge(shares, &part);
        if let Some(OnePass::Select(select)) = question.hidden.one_pass() {
            conclude(select, xi, &part, shares);
        }
        let partial = &shares[0].ledger.partial;
        if part.in_columns() {
            shares[0].columns.write(panels.all(), part.width(), fields);
        } else {
            fields.copy_from_slice(&partial.fields);
        }
        for (q, (place, field)) in answers.iter_mut().zip(fields.chunks(part.width())).enumerate() {
            answer::write(&part.question, partial, q, field, place);
        }
    }
}

/// Into the first, in a fixed tree.
fn merge<T: Element>(shares: &mut [Share<T>], part: &Part<'_, T>) {
    let mut stride = 1;
    while stride < shares.len() {
        for i in (0..shares.len() - stride).step_by(2 * stride) {
            let (left, right) = shares.split_at_mut(i + stride);
            left[i].merge(&right[0], part);
        }
        stride *= 2;
    }
}

/// What is left of all shares' lists decides.
fn conclude<T: Element>(
    select: &dyn Select,
    xi: &Synapses<T>,
    part: &Part<'_, T>,
    shares: &mut [Share<T>],
) {
    let (first, rest) = shares.split_at_mut(1);
    let Share { lists, ledger, .. } = &mut first[0];
    for (q, list) in lists.iter_mut().enumerate() {
        rest.iter().for_each(|share| list.merge(select, &share.lists[q]));
        list.conclude(select, xi, part, q, &mut ledger.partial);
    }
}
