//! The reference of all settings, rendered from their declarations.

use std::fmt::Write as _;

use super::{SettingInfo, Table};

/// Markdown: one section and one table per struct. A table that occurs twice is rendered once.
pub fn reference(tables: &[Table]) -> String {
    let mut text = String::from(
        "# Settings\n\n\
         Sources, later ones win: default → TOML file (`WAYBILL_CONFIG` or `--config FILE`) → environment → flags\n\
         (`--set NAME=VALUE`). In the file, `WAYBILL_DATABASE_URL` is `database_url`, or `url` under `[database]`.\n\
         A secret can be read from a file: `NAME_FILE` names it. Unknown names in the file and in\n\
         flags are refused, in the environment they are a warning. Durations are written `500ms`, `30s`, `15m`, `2h`, `7d`; a number alone is seconds.\n",
    );
    let mut seen = Vec::new();
    for table in tables {
        if table.settings.is_empty() || seen.contains(&table.title) {
            continue;
        }
        seen.push(table.title);
        let title = table.title.trim().trim_end_matches('.');
        let _ = write!(
            text,
            "\n## {title}\n\n| setting | value | default | meaning |\n| --- | --- | --- | --- |\n"
        );
        for info in table.settings {
            let _ = writeln!(
                text,
                "| `{}`{} | {}{} | {} | {} |",
                info.name,
                if info.secret { " (or `_FILE`)" } else { "" },
                info.kind,
                info.range
                    .map(|range| format!(", {}", range.replace(' ', "")))
                    .unwrap_or_default(),
                default_of(info),
                info.doc.split_whitespace().collect::<Vec<_>>().join(" "),
            );
        }
    }
    text
}

fn default_of(info: &SettingInfo) -> String {
    match (info.default, info.development_default) {
        (Some(""), _) => "empty".to_owned(),
        (Some(default), _) => format!("`{default}`"),
        (None, Some(_)) if info.secret => "required in production".to_owned(),
        (None, Some(default)) => format!("`{default}` in development; required in production"),
        (None, None) if info.optional => "none".to_owned(),
        (None, None) => "required".to_owned(),
    }
}
