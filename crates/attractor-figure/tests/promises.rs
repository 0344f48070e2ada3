//! What the README promises for every drawing, held against the public interface.

use attractor_figure::{Chart, FigureError, HeatMap, ImageGrid, Page, Svg};

const HOSTILE: &str = r#"<script>alert("1")</script> & 'x' NaN-free"#;

type Drawn = Result<Svg, FigureError>;

fn chart() -> Drawn {
    Chart::new(HOSTILE)
        .x_axis(HOSTILE)
        .y_axis(HOSTILE)
        .band(HOSTILE, &[(0.0, 1.0, 2.0), (1.0, 2.0, 4.0)])
        .line(HOSTILE, &[(0.0, 1.5), (1.0, 3.0)])
        .dashed("d", &[(0.0, 1.0), (1.0, 3.0)])
        .dashed("e", &[(0.0, 2.0), (1.0, 3.0)])
        .points("p", &[(0.5, 2.0)])
        .steps("s", &[(0.0, 1.0), (0.5, 2.0), (1.0, 1.0)])
        .draw()
}

fn grid() -> Drawn {
    let (a, b) = ([-1.0, 0.0, 1.0, 2.0], [5.0; 4]);
    ImageGrid::new(2, 2)
        .title(HOSTILE)
        .columns(&[HOSTILE, "b"])
        .row(HOSTILE, &[&a, &b])
        .captions(&[HOSTILE])
        .row_with_gaps("gap", &[None, Some(&a)])
        .draw()
}

fn map() -> Drawn {
    let values: Vec<f64> = (0..12).map(|k| f64::from(k % 5)).collect();
    HeatMap::new(HOSTILE, 4, 3, &values, (0.0, 1.0), (-1.0, 1.0))
        .axes(HOSTILE, HOSTILE)
        .scale(HOSTILE)
        .contours(5)
        .flow(&[vec![(0.1, -0.9), (0.5, 0.0), (9.0, 9.0)], vec![], vec![(0.2, 0.2); 3]])
        .marks(&[(0.5, 0.5, HOSTILE), (0.99, 0.0, "right")])
        .draw()
}

fn every_drawing() -> Result<Vec<Svg>, FigureError> {
    let drawings = vec![chart()?, grid()?, map()?];
    let stack = Svg::stack(Some(HOSTILE), &drawings);
    let row = Svg::row(&drawings);
    Ok(drawings.into_iter().chain([stack, row, Svg::stack(None, &[]), Svg::row(&[])]).collect())
}

fn page(drawings: &[Svg]) -> String {
    let pairs: Vec<_> = drawings.iter().map(|svg| (svg.clone(), HOSTILE)).collect();
    let row = vec![HOSTILE.to_owned(), "1.5".to_owned()];
    Page::new(HOSTILE)
        .lead(HOSTILE)
        .section(HOSTILE)
        .section("b")
        .section("c")
        .prose(HOSTILE)
        .figures(&pairs)
        .table(&[HOSTILE, "n"], &[row], HOSTILE)
        .details(HOSTILE, HOSTILE)
        .footer(HOSTILE)
        .render()
}

/// Every element that is opened is closed in turn, and every attribute is quoted.
fn well_formed(text: &str, void: &[&str]) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    for piece in text.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').ok_or_else(|| format!("no end of tag: {piece}"))?;
        let name = tag.trim_start_matches('/').split([' ', '\n', '/']).next().unwrap_or_default();
        if tag.matches('"').count() % 2 == 1 {
            return Err(format!("odd quotes: {tag}"));
        }
        if tag.starts_with('/') {
            let last = open.pop();
            if last != Some(name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
        } else if !tag.starts_with(['!', '?']) && !tag.ends_with('/') && !void.contains(&name) {
            open.push(name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

#[test]
fn the_checker_itself_sees_faults() {
    assert!(well_formed("<a><b/></a>", &[]).is_ok());
    for broken in ["<a><b></a></b>", "<a>", "<a x=\"1></a>", "</a>"] {
        assert!(well_formed(broken, &[]).is_err(), "{broken}");
    }
}

#[test]
fn drawings_and_pages_are_well_formed_and_hostile_text_stays_text() -> Result<(), FigureError> {
    let drawings = every_drawing()?;
    for svg in &drawings {
        for text in [svg.inline(), svg.standalone()] {
            assert_eq!(well_formed(&text, &[]), Ok(()));
            assert!(!text.contains("<script"));
        }
        assert!(svg.inline().starts_with("<svg") && svg.inline().contains("role=\"img\""));
        assert!(svg.standalone().contains("prefers-color-scheme: dark"));
    }
    let html = page(&drawings);
    assert_eq!(well_formed(&html, &["meta", "link"]), Ok(()));
    assert!(!html.contains("<script"));
    Ok(())
}

#[test]
fn a_page_names_no_address_outside_of_itself() -> Result<(), FigureError> {
    let html = page(&every_drawing()?);
    let addresses = html.replace("http://www.w3.org/2000/svg", "");
    assert!(
        !addresses.contains("http:")
            && !addresses.contains("https:")
            && !addresses.contains("@import")
    );
    Ok(())
}

#[test]
fn the_same_input_gives_the_same_bytes() -> Result<(), FigureError> {
    assert_eq!(every_drawing()?, every_drawing()?);
    assert_eq!(page(&every_drawing()?), page(&every_drawing()?));
    Ok(())
}

#[test]
fn a_number_that_is_not_finite_is_refused_by_name() {
    let error = Chart::new("t")
        .line("good", &[(0.0, 1.0)])
        .line("bad", &[(0.0, 1.0), (1.0, f64::NAN)])
        .draw();
    let text = error.map(drop).map_err(|e| e.to_string()).unwrap_err();
    assert!(text.contains("\"bad\"") && text.contains("index 1"), "{text}");

    let bad = [0.0, f64::INFINITY];
    for refused in [
        Chart::new("t").band("b", &[(0.0, 1.0, f64::NAN)]).draw(),
        ImageGrid::new(1, 2).row("r", &[&bad]).draw(),
        HeatMap::new("h", 2, 2, &[0.0, 1.0, 2.0, f64::NAN], (0.0, 1.0), (0.0, 1.0)).draw(),
        HeatMap::new("h", 2, 2, &[0.0; 4], (0.0, 1.0), (0.0, 1.0))
            .marks(&[(0.0, f64::NAN, "m")])
            .draw(),
        HeatMap::new("h", 2, 2, &[0.0; 4], (0.0, f64::NAN), (0.0, 1.0)).draw(),
    ] {
        assert!(matches!(refused, Err(FigureError::NotFinite { .. })), "{refused:?}");
    }
}

#[test]
fn nothing_to_draw_is_refused() {
    for refused in [
        Chart::new("t").draw(),
        Chart::new("t").line("a", &[]).draw(),
        ImageGrid::new(2, 2).draw(),
        ImageGrid::new(0, 2).row("r", &[&[]]).draw(),
        HeatMap::new("h", 1, 1, &[0.0], (0.0, 1.0), (0.0, 1.0)).draw(),
    ] {
        assert!(matches!(refused, Err(FigureError::Empty { .. })), "{refused:?}");
    }
}

#[test]
fn cells_have_whole_rows_and_whole_numbers() {
    let map = HeatMap::new("f", 3, 2, &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], (0.0, 1.0), (-0.5, 1.5));
    let smooth = map.draw().unwrap().inline();
    let cells = map.cells().draw().unwrap().inline();
    assert!(smooth.contains(">0.5<") && !smooth.contains("pixelated"));
    assert!(cells.contains("pixelated") && cells.contains(">0<") && cells.contains(">1<"));
    let one_row = HeatMap::new("f", 2, 1, &[0.0, 1.0], (0.0, 1.0), (-0.5, 0.5));
    assert!(one_row.draw().is_err() && one_row.cells().draw().is_ok());
}

#[test]
fn wrong_shapes_and_ranges_are_refused() {
    let refused = ImageGrid::new(2, 2).row("r", &[&[0.0; 3]]).draw();
    assert!(
        matches!(refused, Err(FigureError::WrongLength { expected: 4, got: 3, .. })),
        "{refused:?}"
    );
    let refused = HeatMap::new("h", 2, 2, &[0.0; 4], (1.0, 1.0), (0.0, 1.0)).draw();
    assert!(matches!(refused, Err(FigureError::EmptyRange { .. })), "{refused:?}");
    let refused = Chart::new("t").log_y().line("a", &[(1.0, 1.0), (2.0, 0.0)]).draw();
    assert!(matches!(refused, Err(FigureError::NotPositive { index: 1, .. })), "{refused:?}");
}

#[test]
fn constant_and_extreme_series_are_drawn_without_strange_numbers() -> Result<(), FigureError> {
    let ends = [0.0, 1.0, -7.5, 1e-9, 1e85, -1e85, f64::MAX, -f64::MAX, f64::MIN_POSITIVE, 5e-324];
    for low in ends {
        for high in ends {
            let points = [(low, low), (high, high), (low, high)];
            let linear = Chart::new("").line("a", &points).points("b", &points);
            checked(&linear.clone().draw()?);
            if low > 0.0 && high > 0.0 {
                checked(&linear.log_x().log_y().draw()?);
            }
            checked(
                &HeatMap::new("", 2, 2, &[low, high, high, low], (0.0, 1.0), (0.0, 1.0))
                    .contours(3)
                    .draw()?,
            );
            checked(&ImageGrid::new(1, 2).row("", &[&[low, high]]).draw()?);
        }
    }
    Ok(())
}

/// No number that is not one, and no text between tags of more than twenty characters.
fn checked(svg: &Svg) {
    let text = svg.standalone();
    assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    for piece in text.split("<text").skip(1) {
        let label = piece.split(['>', '<']).nth(1).unwrap_or_default();
        assert!(label.chars().count() <= 28, "{label}");
    }
}

#[test]
fn a_hundred_images_stay_small() -> Result<(), FigureError> {
    let noise: Vec<f64> = (0_u64..784).map(|k| f64::from((k * k * 7919 % 1009) as u16)).collect();
    let row: Vec<&[f64]> = vec![&noise; 10];
    let grid = (0..10).fold(ImageGrid::new(28, 28), |grid, k| grid.row(&format!("row {k}"), &row));
    let bytes = grid.draw()?.standalone().len();
    assert!(bytes < 200_000, "{bytes} bytes");
    Ok(())
}

#[test]
fn series_of_one_name_share_a_colour_and_an_entry() -> Result<(), FigureError> {
    let svg = Chart::new("")
        .band("one", &[(0.0, 0.0, 1.0), (1.0, 0.0, 1.0)])
        .line("one", &[(0.0, 0.5), (1.0, 0.5)])
        .draw()?;
    let text = svg.inline();
    assert_eq!(text.matches(">one</text>").count(), 1);
    assert!(!text.contains("#D55E00"), "a second colour was used");
    Ok(())
}

#[test]
fn columns_of_numbers_are_aligned_and_captions_are_there() {
    let rows = [vec!["a".to_owned(), "1.5".to_owned()], vec!["b".to_owned(), "–".to_owned()]];
    let html = Page::new("t").table(&["name", "value"], &rows, "what it is").render();
    assert!(html.contains("<th scope=\"col\" class=\"number\">value</th>"));
    assert!(html.contains("<td>a</td><td class=\"number\">1.5</td>"));
    assert!(html.contains("what it is</span></caption>"));
}

#[test]
#[should_panic(expected = "row 0 has 1 cells under 2 headers")]
fn a_ragged_table_is_a_fault_of_the_caller() {
    let _ = Page::new("t").table(&["a", "b"], &[vec!["1".to_owned()]], "");
}
