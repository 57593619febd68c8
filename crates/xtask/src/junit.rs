//! Reports of tests in the JUnit format, which nextest, vitest and Playwright write.

use anyhow::{Context as _, Result};
use quick_xml::{Reader, events::Event};

/// A test of a report.
#[derive(Debug, Default, PartialEq)]
pub struct Case {
    pub seconds: f64,
    /// With its suite.
    pub name: String,
    pub failed: bool,
}

/// All tests of a report.
pub fn cases(report: &str) -> Result<Vec<Case>> {
    let mut reader = Reader::from_str(report);
    let mut cases: Vec<Case> = Vec::new();
    loop {
        let tag = match reader.read_event()? {
            Event::Eof => return Ok(cases),
            Event::Start(tag) | Event::Empty(tag) => tag,
            _ => continue,
        };
        match tag.name().as_ref() {
            b"testcase" => {
                let attribute = |name: &str| -> Result<String> {
                    let found = tag.try_get_attribute(name)?.context("a whole report")?;
                    Ok(String::from_utf8_lossy(&found.value).into_owned())
                };
                cases.push(Case {
                    seconds: attribute("time")?.parse()?,
                    name: format!("{} {}", attribute("classname")?, attribute("name")?),
                    failed: false,
                });
            }
            b"failure" | b"error" => {
                if let Some(case) = cases.last_mut() {
                    case.failed = true;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_test_of_a_report_has_its_time_and_whether_it_failed() {
        let report = r#"<testsuites failures="1"><testsuite name="waybill-order::it" failures="1">
            <testcase name="stock::one" classname="waybill-order::it" time="1.5"><failure/><error/></testcase>
            <testcase name="stock::two" classname="waybill-order::it" time="0.25"/>
        </testsuite></testsuites>"#;
        let case = |seconds, name: &str, failed| Case {
            seconds,
            name: format!("waybill-order::it {name}"),
            failed,
        };
        let expected = [
            case(1.5, "stock::one", true),
            case(0.25, "stock::two", false),
        ];
        assert_eq!(cases(report).unwrap(), expected);
    }
}
