//! The folder of an encoder: configuration, weights and tokenizer, found, read, refused by name.

mod common;

use attractor_io::{
    ErrorClass, IoError, NamedTensors, Tensor, encode_tensors, read_encoder_folder,
};
use common::*;

const CONFIG: &str = r#"{"model_type":"bert","hidden_size":8,"num_hidden_layers":2,
    "num_attention_heads":2,"intermediate_size":16,"max_position_embeddings":8}"#;

fn weights() -> Vec<u8> {
    let one = Tensor::new(vec![1], vec![1.0f32]).unwrap();
    encode_tensors(&NamedTensors::new([("w", one)]).unwrap())
}

fn refused(dir: &Scratch) -> IoError {
    let error = read_encoder_folder::<f64>(&dir.path("")).unwrap_err();
    assert_eq!(error.class(), ErrorClass::Input);
    error
}

#[test]
fn configuration_and_weights_are_read_from_a_folder() {
    let dir = Scratch::new();
    dir.file("config.json", CONFIG);
    dir.file("any.safetensors", weights());
    let folder = read_encoder_folder::<f64>(&dir.path("")).unwrap();
    assert_eq!((folder.config.layers, folder.tensors.names().len()), (2, 1));
    dir.file("model.safetensors", weights());
    assert!(read_encoder_folder::<f32>(&dir.path("")).is_ok(), "the usual name comes first");
}

#[test]
fn a_folder_that_lacks_something_is_refused_by_name() {
    let dir = Scratch::new();
    assert!(refused(&dir).to_string().contains("config.json: cannot be read"));
    dir.file("config.json", CONFIG);
    assert!(refused(&dir).to_string().contains("0 other files"));
    dir.file("a.safetensors", weights());
    dir.file("b.safetensors", weights());
    assert!(refused(&dir).to_string().contains("2 other files"));
    dir.file("config.json", [b'{', 0xff]);
    assert!(refused(&dir).to_string().contains("not UTF-8 at byte 1"));
}

#[cfg(feature = "tokenizers")]
mod tokens {
    use super::*;
    use attractor_io::{Tokenizer, read_tokenizer};

    const WORDS: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ncat\n##s\nsat\nThe\n";

    fn tokenizer(dir: &Scratch) -> Result<Tokenizer, IoError> {
        read_tokenizer(&dir.path(""))
    }

    /// The same words as a tokenizer.json that pads to 7 and cuts at 4.
    fn whole(ends: &str) -> String {
        format!(
            r###"{{"version":"1.0",
            "truncation":{{"max_length":4,"strategy":"LongestFirst","stride":0}},
            "padding":{{"strategy":{{"Fixed":7}},"direction":"Right","pad_to_multiple_of":null,
                "pad_id":0,"pad_type_id":0,"pad_token":"[PAD]"}},
            "added_tokens":[],
            "normalizer":{{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,
                "strip_accents":null,"lowercase":true}},
            "pre_tokenizer":{{"type":"BertPreTokenizer"}},"post_processor":{ends},"decoder":null,
            "model":{{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
                "max_input_chars_per_word":100,"vocab":{{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,
                "the":4,"cat":5,"##s":6,"sat":7,"The":8}}}}}}"###
        )
    }

    const ENDS: &str = r#"{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}"#;

    #[test]
    fn both_kinds_of_file_give_the_same_ids_without_padding_and_uncut() {
        let dir = Scratch::new();
        dir.file("vocab.txt", WORDS);
        for _ in 0..2 {
            let tokenizer = tokenizer(&dir).unwrap();
            assert_eq!(tokenizer.ids("The cats sat", 8).unwrap(), [2, 4, 5, 6, 7, 3]);
            assert_eq!(tokenizer.ids("the dog", 8).unwrap(), [2, 4, 1, 3]);
            assert!(matches!(tokenizer.ids("", 8), Err(IoError::NoText)));
            assert!(matches!(tokenizer.ids(" \n\t", 8), Err(IoError::NoText)));
            let long = tokenizer.ids("the cat sat the cat sat the", 8).unwrap_err();
            assert!(matches!(long, IoError::TooManyTokens { tokens: 9, limit: 8 }), "{long}");
            dir.file("tokenizer.json", whole(ENDS)); // comes first from now on
        }
    }

    #[test]
    fn capitals_are_kept_where_the_folder_says_so() {
        let dir = Scratch::new();
        dir.file("vocab.txt", WORDS);
        dir.file("tokenizer_config.json", r#"{"do_lower_case": false}"#);
        assert_eq!(tokenizer(&dir).unwrap().ids("The cat", 8).unwrap(), [2, 8, 5, 3]);
        dir.file("tokenizer_config.json", "[");
        assert!(matches!(tokenizer(&dir), Err(IoError::Json { .. })));
    }

    #[test]
    fn what_is_no_tokenizer_is_refused_by_name() {
        let dir = Scratch::new();
        let error = tokenizer(&dir).unwrap_err();
        assert!(error.to_string().contains("neither tokenizer.json nor vocab.txt"));
        let path = dir.file("vocab.txt", "[CLS]\n[SEP]\nthe\n");
        assert_says(&path, &tokenizer(&dir).unwrap_err(), &["has no line [UNK]"]);
        let path = dir.file("tokenizer.json", "{\"version\":");
        assert_says(&path, &tokenizer(&dir).unwrap_err(), &["no tokenizer"]);
        dir.file("tokenizer.json", whole("null"));
        let error = tokenizer(&dir).unwrap().ids("the cat", 8).unwrap_err();
        assert_says(&path, &error, &["no [CLS]"]);
    }
}
