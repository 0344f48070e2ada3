//! The page of the zoo: one file of text and one figure for each Lagrangian, in `doc/zoo`.
//!
//! The figures, the table of facts and the style sheet are drawn by the code:
//! `cargo run -p attractor-cli --example zoo`.

/// An empty module that carries the page.
macro_rules! page {
    ($($name:literal)*) => {
        #[doc = include_str!("../doc/zoo/head.md")]
        #[doc = ""]
        #[doc = include_str!("../doc/zoo/facts.md")]
        #[doc = ""]
        #[doc = include_str!("../doc/zoo/style.html")]
        $(
            #[doc = ""]
            #[doc = include_str!(concat!("../doc/zoo/", $name, ".md"))]
            #[doc = "\n<div style=\"overflow-x:auto\">"]
            #[doc = include_str!(concat!("../doc/zoo/", $name, ".svg"))]
            #[doc = "</div>\n"]
        )*
        pub mod zoo {}
    };
}

page! {
    "quadratic" "norm" "smoothed-norm" "layer-norm" "rms-norm"
    "absolute" "log-cosh" "huber" "softplus" "threshold"
    "rectified-power" "n-norm" "power" "exponential" "rectified-exponential"
    "log-sum-exp" "ghost-log-sum-exp" "grouped"
    "sparsemax" "entmax" "normmax" "k-subset"
    "not-convex"
}
