//! The page: what a newcomer reads and looks at.

use super::digits::Digits;
use super::exhibit::{ETA, Exhibits};
use super::lineup::Contender;
use super::trial::Score;
use super::{damage, energy, landscape, pictures, pull, rates, text};
use crate::failure::Failure;
use attractor_figure::Page;

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
        let galleries = self.lineup.iter().map(gallery).collect::<Result<Vec<_>, Failure>>()?;
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
        let (dense, modern, spherical) = (&shown.dense, &shown.modern, &shown.spherical);
        let steps = format!("Model B, steps of η = {ETA}");
        let figures = [
            (
                energy::curves("Model A, power 20, whole steps", &dense.full, 40)?,
                text::DENSE.into(),
            ),
            (energy::curves(&steps, &modern.full, 25)?, text::MODERN.into()),
            (
                energy::bounds(
                    "Model C, two proofs",
                    &spherical.full[0],
                    &spherical.visible[0],
                    25,
                )?,
                text::BOUNDS.to_owned(),
            ),
            (
                energy::drops("Model B to the last digit", &modern.full[0])?,
                text::drops(energy::denied(&modern.full[0])),
            ),
        ];
        Ok(page
            .section("What the certificate means")
            .prose(text::CERTIFICATE)
            .figures(&figures)
            .table(&text::STEP_HEADERS, &shown.table(), text::STEP)
            .details("The identity behind it", text::IDENTITY))
    }
}

/// Low, middle and high β.
const BETAS: [(f64, &str); 3] = [(0.5, "low β"), (1.6, "middle β"), (12.0, "high β")];

fn landscapes(page: Page) -> Result<Page, Failure> {
    let one = |(beta, name): (f64, &str)| {
        let found = landscape::landscape(beta, &format!("{name}, β = {beta}"))?;
        Ok((found.svg, text::landscape(beta, landscape::crowding(beta), found.minima)))
    };
    let maps = BETAS.into_iter().map(one).collect::<Result<Vec<_>, Failure>>()?;
    Ok(page.section("A landscape to roll down").prose(text::LANDSCAPE).figures(&maps))
}
