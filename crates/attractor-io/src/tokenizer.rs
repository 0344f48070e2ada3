//! Text to token ids, as the folder of an encoder says.

use crate::encoder_config::object;
use crate::encoder_folder::read_text;
use crate::error::clip;
use crate::{IoError, Source};
use std::path::Path;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Encoding};

/// The tokens that BERT adds to a text or keeps for what it does not know.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

/// Cuts text into the tokens of an encoder.
///
/// Tokens are what the text has, between `[CLS]` and `[SEP]`: the padding and the truncation that a
/// `tokenizer.json` may ask for are left out. Padding would be tokens that stand for nothing, and a text
/// is never cut silently.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    name: String,
    inner: tokenizers::Tokenizer,
}

/// Reads `tokenizer.json` of a folder, or else builds BERT's from `vocab.txt`, with what
/// `tokenizer_config.json` says of `do_lower_case` (else true), `strip_accents` and
/// `tokenize_chinese_chars`, if it is there.
///
/// # Errors
/// [`IoError::Tokenizer`] for a file that describes none, [`IoError::NoTokenizer`] where neither file is.
pub fn read_tokenizer(folder: &Path) -> Result<Tokenizer, IoError> {
    let (whole, vocabulary) = (folder.join("tokenizer.json"), folder.join("vocab.txt"));
    if whole.exists() {
        return whole_tokenizer(&whole);
    }
    if !vocabulary.exists() {
        return Err(IoError::NoTokenizer { name: folder.display().to_string() });
    }
    let name = vocabulary.display().to_string();
    let casing = Casing::read(&folder.join("tokenizer_config.json"))?;
    let inner = from_vocabulary(&read_text(&vocabulary)?, &casing)
        .map_err(|problem| IoError::Tokenizer { name: name.clone(), problem })?;
    Ok(Tokenizer { name, inner })
}

impl Tokenizer {
    /// The token ids of a text, with `[CLS]` and `[SEP]`.
    ///
    /// # Errors
    /// [`IoError::NoText`] for a text without tokens of its own, [`IoError::TooManyTokens`] beyond `limit`.
    pub fn ids(&self, text: &str, limit: usize) -> Result<Vec<u32>, IoError> {
        let encoding = self.inner.encode(text, true).map_err(|error| self.broken(error))?;
        self.check_ends(&encoding)?;
        let tokens = encoding.get_ids().len();
        match encoding.get_special_tokens_mask().iter().all(|special| *special == 1) {
            true => Err(IoError::NoText),
            false if tokens > limit => Err(IoError::TooManyTokens { tokens, limit }),
            false => Ok(encoding.get_ids().to_vec()),
        }
    }

    /// An encoder that never saw a text without them would be asked something else.
    fn check_ends(&self, encoding: &Encoding) -> Result<(), IoError> {
        let special = encoding.get_special_tokens_mask();
        if special.len() >= 2 && special.first() == Some(&1) && special.last() == Some(&1) {
            return Ok(());
        }
        Err(self.broken("it puts no [CLS] before and [SEP] after a text"))
    }

    fn broken(&self, problem: impl ToString) -> IoError {
        IoError::Tokenizer { name: self.name.clone(), problem: clip(&problem.to_string()) }
    }
}

fn whole_tokenizer(path: &Path) -> Result<Tokenizer, IoError> {
    let name = path.display().to_string();
    let broken = |error: tokenizers::Error| IoError::Tokenizer {
        name: name.clone(),
        problem: error.to_string(),
    };
    let bytes = Source::from(path).read()?;
    let mut inner = tokenizers::Tokenizer::from_bytes(bytes).map_err(broken)?;
    inner.with_padding(None);
    inner.with_truncation(None).map_err(broken)?;
    Ok(Tokenizer { name, inner })
}

/// What is done to letters before they are looked up.
struct Casing {
    lower: bool,
    strip_accents: Option<bool>,
    chinese: bool,
}

impl Casing {
    fn read(path: &Path) -> Result<Self, IoError> {
        if !path.exists() {
            return Ok(Self { lower: true, strip_accents: None, chinese: true });
        }
        let fields = object(&path.display().to_string(), &read_text(path)?)?;
        let flag = |field: &str| fields.get(field).and_then(serde_json::Value::as_bool);
        Ok(Self {
            lower: flag("do_lower_case").unwrap_or(true),
            strip_accents: flag("strip_accents"),
            chinese: flag("tokenize_chinese_chars").unwrap_or(true),
        })
    }
}

/// BERT's tokenizer: one token on each line of `text`, its id the line's number from 0.
fn from_vocabulary(text: &str, casing: &Casing) -> Result<tokenizers::Tokenizer, String> {
    let failed = |error: tokenizers::Error| error.to_string();
    let ids = WordPiece::read_bytes(text.as_bytes()).map_err(failed)?;
    let words = WordPiece::builder().vocab(ids).build().map_err(failed)?;
    let mut tokenizer = tokenizers::Tokenizer::new(words);
    let id = |token: &str| {
        let id = tokenizer.token_to_id(token);
        id.map(|id| (token.to_owned(), id)).ok_or_else(|| format!("has no line {token}"))
    };
    let (ends, _) = (BertProcessing::new(id("[SEP]")?, id("[CLS]")?), id("[UNK]")?);
    let special = SPECIAL.iter().filter(|token| id(token).is_ok());
    let special: Vec<AddedToken> = special.map(|token| AddedToken::from(*token, true)).collect();
    let normal = BertNormalizer::new(true, casing.chinese, casing.strip_accents, casing.lower);
    tokenizer.with_normalizer(Some(normal)).map_err(failed)?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer)).with_post_processor(Some(ends));
    tokenizer.add_special_tokens(special).map_err(failed)?;
    Ok(tokenizer)
}
