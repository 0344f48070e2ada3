//! Lagrangians named in data are validated on the way in and printed back the same.
#![cfg(feature = "serde")]

use attractor_lagrangian::{AnyLagrangian, Lagrangian, LogSumExp};

fn read(text: &str) -> Result<AnyLagrangian, String> {
    serde_json::from_str(text).map_err(|e| e.to_string())
}

/// Every name with parameters that are valid for it.
fn examples() -> Vec<String> {
    let number = |parameter: &str| match parameter {
        "n" => "4",
        "k" => "2",
        "size" => "3",
        "delta" => "[0.5,-1.0]",
        "of" => r#"{"log-sum-exp":{"beta":0.1}}"#,
        _ => "1.7000000000000002",
    };
    let one = |(name, parameters): &(&str, &[&str])| {
        if parameters.is_empty() {
            return format!("\"{name}\"");
        }
        let fields: Vec<_> = parameters.iter().map(|p| format!("\"{p}\":{}", number(p))).collect();
        format!("{{\"{name}\":{{{}}}}}", fields.join(","))
    };
    AnyLagrangian::NAMES.iter().map(one).collect()
}

#[test]
fn every_name_is_read_and_printed_back_the_same() {
    for text in examples() {
        let any = read(&text).unwrap();
        assert!(text.contains(any.name()), "{text}");
        assert_eq!(serde_json::to_string(&any).unwrap(), text);
        assert_eq!(read(&text).unwrap(), any);
    }
}

#[test]
fn it_is_the_lagrangian_that_it_names_for_either_precision() {
    let any = read(r#"{"log-sum-exp":{"beta":8.0}}"#).unwrap();
    let direct = LogSumExp::new(8.0).unwrap();
    assert_eq!(any, AnyLagrangian::from(direct));
    let (x, y) = ([0.5f32, -1.0, 0.25], [0.5f64, -1.0, 0.25]);
    assert_eq!(any.value(&x).to_bits(), direct.value(&x).to_bits());
    assert_eq!(any.value(&y).to_bits(), direct.value(&y).to_bits());
    assert_eq!(Lagrangian::<f32>::properties(&any), Lagrangian::<f32>::properties(&direct));
}

#[test]
fn bad_data_is_refused_with_the_reason() {
    for (text, reason) in [
        (r#"{"log-sum-exp":{"beta":0.0}}"#, "positive finite"),
        (r#"{"log-sum-exp":{"beta":1e999}}"#, "out of range"),
        (r#"{"log-sum-exp":{}}"#, "missing field `beta`"),
        (r#"{"log-sum-exp":{"beta":1.0,"gamma":2.0}}"#, "unknown field `gamma`"),
        (r#"{"power":{"n":3}}"#, "use the rectified power 3 or an even power"),
        (r#"{"rectified-power":{"n":1}}"#, "at least 2"),
        (r#""softmax""#, "unknown variant `softmax`, expected one of `quadratic`"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(reason), "{text}: {error}");
    }
}
