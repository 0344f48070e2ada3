//! The page: what a newcomer reads and looks at.

use super::digits::Digits;
use super::exhibit::{ETA, Exhibits};
use super::lineup::Contender;
use super::trial::Score;
use super::{branches, damage, energy, landscape, lineup, pictures, pull, rates, text};
use crate::failure::Failure;
use attractor_figure::{Page, Svg};

/// All that the page is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Story<'a> {
    pub(crate) digits: &'a Digits,
    pub(crate) lineup: &'a [Contender],
    pub(crate) scores: &'a [Score],
    pub(crate) seed: u64,
}

impl Story<'_> {
    /// The page as HTML.
    pub(crate) fn page(&self) -> Result<String, Failure> {
        let page = Page::new("Memories that repair what they see").lead(text::LEAD);
        let page = self.models(page)?;
        let page = self.repairs(page)?;
        let page = self.rates(page)?;
        let page = landscapes(page)?;
        let page = self.energies(page)?;
        let page = page.section("Limits, said plainly").prose(text::LIMITS);
        let page = page.section("The digits").prose(text::DIGITS);
        Ok(page.footer(&text::footer(self.seed)).render())
    }

    fn models(&self, page: Page) -> Result<Page, Failure> {
        let chart = pull::chart("A better match pulls harder")?;
        Ok(page
            .section("One network, several memories")
            .prose(text::NETWORK)
            .table(&text::MODEL_HEADERS, &text::models(self.lineup), text::MODELS)
            .figure(&chart, text::PULL)
            .details("Where the three activations come from", text::LAGRANGIANS))
    }

    fn repairs(&self, page: Page) -> Result<Page, Failure> {
        let overview = pictures::overview(self.digits, self.lineup, self.seed)?;
        let page = page.section("Damaged and repaired").prose(text::REPAIRS);
        let page = page.figure(&overview, text::OVERVIEW).prose(text::GALLERY);
        let gallery = |contender: &Contender| {
            let svg = pictures::gallery(self.digits, contender, self.seed)?;
            Ok((svg, text::gallery(contender)))
        };
        let warm = lineup::warm(self.digits)?;
        let shown = self.lineup.iter().chain([&warm]);
        let galleries = shown.map(gallery).collect::<Result<Vec<_>, Failure>>()?;
        Ok(page.figures(&galleries))
    }

    fn rates(&self, page: Page) -> Result<Page, Failure> {
        let chart = |title, kind| rates::chart(title, kind, self.lineup, self.scores);
        let figures = [
            (chart("Inverted pixels", damage::Kind::Inverted)?, text::INVERTED),
            (chart("Gaussian noise", damage::Kind::Gaussian)?, text::GAUSSIAN),
        ];
        let (headers, rows) = rates::table(self.lineup, self.scores);
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        Ok(page
            .section("How much damage is too much")
            .prose(text::RATES)
            .figures(&figures)
            .table(&headers, &rows, text::RATE_TABLE)
            .prose(text::VERDICT))
    }

    fn energies(&self, page: Page) -> Result<Page, Failure> {
        let shown = Exhibits::new(self.digits, self.lineup, self.seed)?;
        let figures = energies(&shown)?;
        Ok(page
            .section("What the certificate means")
            .prose(text::CERTIFICATE)
            .figures(&figures)
            .table(&text::STEP_HEADERS, &shown.table(), text::STEP)
            .details("The identity behind it", text::IDENTITY))
    }
}

/// Energies on the stairs of their certificates, model by model, and what the stairs are good for.
fn energies(shown: &Exhibits) -> Result<Vec<(Svg, String)>, Failure> {
    let small = |model: &str| format!("{model}, steps of η = {ETA}");
    let (warm, modern) = (&shown.warm, &shown.modern.full);
    let denied = energy::denied(&modern[0]);
    Ok(vec![
        (energy::curves("Hopfield, whole steps", &shown.hopfield.full)?, text::HOPFIELD.into()),
        (energy::curves("A, power 3, whole steps", &shown.dense.full)?, text::DENSE.into()),
        (energy::curves(&small("B"), modern)?, text::MODERN.into()),
        (energy::curves(&small("C"), &shown.spherical.full)?, text::SPHERICAL.into()),
        (
            energy::bounds("B, too warm: two proofs", &warm.full[0], &warm.visible[0])?,
            text::BOUNDS.into(),
        ),
        (energy::drops("B to the last digit", &modern[0])?, text::drops(denied)),
    ])
}

/// Low, middle and high β.
const BETAS: [(f64, &str); 3] = [(0.5, "low β"), (3.0, "middle β"), (12.0, "high β")];

fn landscapes(page: Page) -> Result<Page, Failure> {
    let one = |(beta, name): (f64, &str)| {
        let found = landscape::landscape(beta, &format!("{name}, β = {beta}"))?;
        Ok((found.svg, text::landscape(beta, landscape::crowding(beta), found.minima)))
    };
    let mut maps = BETAS.into_iter().map(one).collect::<Result<Vec<_>, Failure>>()?;
    maps.push((branches::chart("From one resting place to five")?, text::BRANCHES.to_owned()));
    Ok(page.section("A landscape to roll down").prose(text::LANDSCAPE).figures(&maps))
}
