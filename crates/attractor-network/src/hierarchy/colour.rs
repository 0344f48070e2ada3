//! Colours of a graph: no edge connects two layers of one.

/// The layers by colour, kept up to date edge by edge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Colours {
    neighbours: Vec<Vec<usize>>,
    layers: Vec<Vec<usize>>,
}

impl Colours {
    pub(crate) fn add_layer(&mut self) {
        self.neighbours.push(Vec::new());
        self.paint();
    }

    pub(crate) fn add_edge(&mut self, a: usize, b: usize) {
        self.neighbours[a].push(b);
        self.neighbours[b].push(a);
        self.paint();
    }

    pub(crate) fn layers(&self) -> &[Vec<usize>] {
        &self.layers
    }

    /// Every layer in turn takes the first colour that none of its neighbours has.
    fn paint(&mut self) {
        self.layers.clear();
        let mut colour_of: Vec<usize> = Vec::new();
        for layer in 0..self.neighbours.len() {
            let taken = |colour: &usize| {
                let known = self.neighbours[layer].iter().filter(|n| **n < layer);
                known.map(|n| colour_of[*n]).any(|c| c == *colour)
            };
            let colour = (0..).find(|colour| !taken(colour)).unwrap_or_default();
            colour_of.push(colour);
            if colour == self.layers.len() {
                self.layers.push(Vec::new());
            }
            self.layers[colour].push(layer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(layers: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
        let mut colours = Colours::default();
        (0..layers).for_each(|_| colours.add_layer());
        edges.iter().for_each(|&(a, b)| colours.add_edge(a, b));
        colours.layers
    }

    #[test]
    fn a_chain_has_two_colours_and_a_triangle_three() {
        assert_eq!(graph(4, &[(0, 1), (1, 2), (2, 3)]), [vec![0, 2], vec![1, 3]]);
        assert_eq!(graph(3, &[(0, 1), (1, 2), (0, 2)]), [[0], [1], [2]]);
        assert_eq!(graph(2, &[]), [[0, 1]]);
    }
}
