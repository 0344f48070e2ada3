//! Every public function of every library crate is swept, or says why not.

use std::collections::BTreeMap;
use std::path::Path;
use sweep::public_functions;

const CRATES: [&str; 10] = [
    "lagrangian",
    "dynamics",
    "figure",
    "synapse",
    "laws",
    "network",
    "effective",
    "io",
    "attention",
    "lab",
];

/// A crate and names in it.
type Of = (&'static str, &'static [&'static str]);

/// Functions that are not swept, by reason.
const EXEMPT: &[(&str, &[Of])] = &[
    (
        "hidden: the lanes of the vector kernels and their help, which `Lagrangian::activate` goes through",
        &[
            (
                "lagrangian",
                &[
                    "Lane::each_lane",
                    "Lane::each_lane_mut",
                    "Lane::lanes",
                    "Lane::lanes_abs",
                    "Lane::lanes_add",
                    "Lane::lanes_add_exponent",
                    "Lane::lanes_and",
                    "Lane::lanes_at_least",
                    "Lane::lanes_div",
                    "Lane::lanes_if_less",
                    "Lane::lanes_low_bits_as_exponent",
                    "Lane::lanes_mul",
                    "Lane::lanes_mul_add",
                    "Lane::lanes_mut",
                    "Lane::lanes_neg",
                    "Lane::lanes_of",
                    "Lane::lanes_or",
                    "Lane::lanes_splat",
                    "Lane::lanes_sub",
                    "Lane::lanes_total",
                    "Lane::lanes_wide",
                    "Lane::rounded",
                    "Real::vectors",
                ],
            ),
            ("synapse", &["Element::kernels", "together"]),
        ],
    ),
    (
        "text in, text out",
        &[(
            "figure",
            &[
                "Page::details",
                "Page::footer",
                "Page::lead",
                "Page::new",
                "Page::prose",
                "Page::render",
                "Page::section",
            ],
        )],
    ),
    (
        "draws its own samples, which are tame; `check` calls both",
        &[("laws", &["Law::holds", "samples"])],
    ),
    (
        "behind the feature `ode`, which is not built here",
        &[(
            "network",
            &[
                "Network::reference",
                "Reference::name",
                "ReferencePlan::at",
                "ReferencePlan::at_most",
                "ReferencePlan::to_time",
            ],
        )],
    ),
    ("needs the files of a tokenizer", &[("io", &["Tokenizer::ids", "read_tokenizer"])]),
    (
        "needs the named tensors of a whole model: sizes are checked by its own tests, and the numbers go through `Linear` and `FeatureNorm`",
        &[(
            "attention",
            &[
                "Association::from_state_dict",
                "Encoded::heads_in",
                "Encoder::encode",
                "Encoder::new",
                "Lookup::from_state_dict",
                "Pooling::from_state_dict",
                "layers_of",
            ],
        )],
    ),
    (
        "a number of nothing but names",
        &[(
            "lab",
            &[
                "Axis::name",
                "CapacityStop::steps",
                "Dtype::name",
                "CapacityError::is_usage",
                "CapacityModel::has_spins",
            ],
        )],
    ),
    (
        "shows what an experiment has measured, whose plan is checked before it begins",
        &[(
            "lab",
            &[
                "Reproduction::disagrees",
                "Watch::begins",
                "Watch::ends",
                "capacity_figure",
                "capacity_table",
            ],
        )],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names in quotes in the sweep of a crate.
fn swept(name: &str) -> String {
    std::fs::read_to_string(root().join("tests").join(name).with_extension("rs"))
        .unwrap_or_default()
}

fn exempt(of: &str) -> BTreeMap<&'static str, &'static str> {
    let own = EXEMPT.iter().flat_map(|(why, list)| {
        let own = list.iter().filter(|(name, _)| *name == of).flat_map(|(_, names)| names.iter());
        own.map(|name| (*name, *why))
    });
    own.collect()
}

#[test]
fn every_public_function_is_swept() {
    let mut missing = String::new();
    for name in CRATES {
        let (text, exempt) = (swept(name), exempt(name));
        let folder = root().join(format!("../crates/attractor-{name}/src"));
        for function in public_functions(&folder) {
            let quoted = format!("\"{}\"", function.name);
            if !text.contains(&quoted) && !exempt.contains_key(function.name.as_str()) {
                missing += &format!("{name} {} ({})\n", function.name, function.file.display());
            }
        }
    }
    assert!(
        missing.is_empty(),
        "call these in sweep/tests/<crate>.rs, or name a reason in EXEMPT:\n{missing}"
    );
}
