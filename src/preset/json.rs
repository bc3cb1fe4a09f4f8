//! The JSON schema of preset files, for editors: made of the types that read
//! them, so that it cannot say anything else.
//!
//! Boundary: the form of a file. What its parts mean together is checked when
//! it is read, and no schema says it.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::schema::{File, Scalar};

/// The schema, as text that ends with a newline.
pub fn json_schema_text() -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let schema = generator.into_root_schema_for::<File>();
    // `{:#}` writes the value with two blanks of indentation.
    format!("{:#}\n", schema.as_value())
}

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "integer"] })
    }
}
