//! Sources, errors and the reference.

use std::{fs, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

use super::*;

fn short(text: &str) -> Result<(), String> {
    if text.len() <= 8 {
        Ok(())
    } else {
        Err("must have at most 8 letters".to_owned())
    }
}

crate::settings! {
    /// Things to try
    struct Sample {
        /// A name.
        name: String = "WAYBILL_NAME", default "anon", check short;
        /// How many.
        count: u32 = "WAYBILL_COUNT", default "5", range 1..=10;
        /// How long.
        wait: Duration = "WAYBILL_WAIT", default "30s",
            range Duration::from_secs(1)..=Duration::from_mins(1);
        /// A key.
        key: SecretString = "WAYBILL_KEY", dev "made-for-development";
        /// Perhaps a password.
        password: Option<SecretString> = "WAYBILL_PASSWORD";
        /// Perhaps a number,
        /// over two lines.
        number: Option<u16> = "WAYBILL_NUMBER", range 1..=9;
        /// Hosts.
        hosts: Vec<String> = "WAYBILL_HOSTS", default "";
        /// A switch.
        switch: bool = "WAYBILL_SWITCH", default "off";
        /// No default.
        url: String = "WAYBILL_SAMPLE_URL";
    }
}

fn given() -> Sources {
    Sources::empty().with("WAYBILL_SAMPLE_URL", "here")
}

fn errors(sources: &Sources) -> Vec<String> {
    load::<(CommonSettings, Sample)>(sources).unwrap_err().0
}

#[test]
fn defaults_apply_where_nothing_is_set() {
    let (sample,) = load::<(Sample,)>(&given()).unwrap();
    assert_eq!(sample.name, "anon");
    assert_eq!((sample.count, sample.wait), (5, Duration::from_secs(30)));
    assert_eq!(sample.key.expose_secret(), "made-for-development");
    assert!(sample.password.is_none());
    assert_eq!((sample.number, sample.switch), (None, false));
    assert!(sample.hosts.is_empty());
    assert_eq!(sample.url, "here");
}

#[test]
fn every_error_is_reported_at_once_and_none_shows_a_secret() {
    let sources = Sources::from_environment(&[
        ("WAYBILL_NAME", "much too long"),
        ("WAYBILL_COUNT", "11"),
        ("WAYBILL_WAIT", "soon"),
        ("WAYBILL_NUMBER", "0"),
        ("WAYBILL_SWITCH", "maybe"),
        ("WAYBILL_SERVICE_KEY", "short-secret"),
        ("WAYBILL_PASSWORD_FILE", "/nowhere/at/all"),
    ])
    .with("WAYBILL_CUONT", "1");
    let errors = errors(&sources);
    for expected in [
        "WAYBILL_NAME (environment): must have at most 8 letters",
        "WAYBILL_COUNT (environment): must be from 1 to 10",
        "WAYBILL_WAIT (environment): expected a duration",
        "WAYBILL_NUMBER (environment): must be from 1 to 9",
        "WAYBILL_SWITCH (environment): expected on or off",
        "WAYBILL_SERVICE_KEY (environment): must have at least 32 bytes",
        "WAYBILL_PASSWORD_FILE (environment): cannot read /nowhere/at/all",
        "WAYBILL_CUONT (given by the program): no such setting; did you mean WAYBILL_COUNT?",
        "WAYBILL_SAMPLE_URL: must be set",
    ] {
        assert!(
            errors.iter().any(|error| error.starts_with(expected)),
            "{expected:?} is not among {errors:#?}"
        );
    }
    assert_eq!(errors.len(), 9, "{errors:#?}");
    let all = errors.concat();
    assert!(!all.contains("short-secret"));
    assert!(errors.iter().all(|error| error.len() < 120), "{errors:#?}");
}

#[test]
fn a_variable_that_is_no_setting_is_a_warning_that_says_what_may_be_meant() {
    let variables = [
        ("WAYBILL_SAMPLE_URL", "here"),
        ("WAYBILL_CUONT", "3"),
        ("WAYBILL_LEFT_OVER", "secret"),
        // As Kubernetes sets them for a service of this name.
        ("WAYBILL_ORDER_PORT", "tcp://10.0.0.1:4102"),
        ("WAYBILL_ORDER_PORT_FILE", "x"),
    ];
    let mut sources = Sources::from_environment(&variables);
    assert_eq!(load::<(Sample,)>(&sources).unwrap().0.count, 5);
    let what = "(environment) is no setting of this program and has no effect";
    assert_eq!(
        strays::<(Sample,)>(&sources),
        [
            format!("WAYBILL_CUONT {what}; did you mean WAYBILL_COUNT?"),
            format!("WAYBILL_LEFT_OVER {what}"),
            format!("WAYBILL_ORDER_PORT {what}"),
            format!("WAYBILL_ORDER_PORT_FILE {what}"),
        ]
    );
    // A flag is always meant for this program.
    sources.add_flag("--set", "WAYBILL_LEFT_OVER", "1");
    let errors = load::<(Sample,)>(&sources).unwrap_err().0;
    let listed = "WAYBILL_LEFT_OVER (--set): no such setting; deploy/settings.md lists them all";
    assert_eq!(errors, [listed]);
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("waybill.toml");
    fs::write(
        &file,
        "name = 'file'\ncount = 1\nhosts = ['a', 'b']\n[sample]\nurl = 'there'\n",
    )
    .unwrap();
    let mut sources = Sources::from_file(&file);
    let (sample,) = load::<(Sample,)>(&sources).unwrap();
    assert_eq!((sample.name.as_str(), sample.count), ("file", 1));
    assert_eq!((sample.hosts.len(), sample.url.as_str()), (2, "there"));

    sources.values.extend(
        Sources::from_environment(&[("WAYBILL_NAME", "env"), ("WAYBILL_COUNT", "2")]).values,
    );
    sources.add_flag("--set", "WAYBILL_COUNT", "3");
    let (sample,) = load::<(Sample,)>(&sources).unwrap();
    assert_eq!((sample.name.as_str(), sample.count), ("env", 3));
}

#[test]
fn an_invalid_file_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("waybill.toml");
    fs::write(&file, "count = 1\nname = ").unwrap();
    let found = errors(&Sources::from_file(&file));
    assert!(
        found[0].contains("waybill.toml: line 2 is not valid TOML"),
        "{found:?}"
    );
    assert!(
        !found[0].contains('\n') && !found[0].contains("expected"),
        "{found:?}"
    );
    let found = errors(&Sources::from_file(&dir.path().join("absent.toml")));
    assert!(found[0].contains("absent.toml"), "{found:?}");
    fs::write(&file, "colour = 'red'").unwrap();
    let found = errors(&Sources::from_file(&file)).concat();
    assert!(found.contains("WAYBILL_COLOUR"), "{found:?}");
}

#[test]
fn a_secret_may_be_in_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("password");
    fs::write(&file, "s3cret\n").unwrap();
    let path = file.display().to_string();
    let sources = Sources::from_environment(&[
        ("WAYBILL_SAMPLE_URL", "here"),
        ("WAYBILL_PASSWORD_FILE", &path),
    ]);
    let (sample,) = load::<(Sample,)>(&sources).unwrap();
    assert_eq!(sample.password.unwrap().expose_secret(), "s3cret");

    // Only secrets, and not both ways.
    let sources = Sources::from_environment(&[
        ("WAYBILL_NAME_FILE", &path),
        ("WAYBILL_PASSWORD", "x"),
        ("WAYBILL_PASSWORD_FILE", &path),
    ]);
    let strays = strays::<(CommonSettings, Sample)>(&sources).join("\n");
    assert!(strays.starts_with("WAYBILL_NAME_FILE (environment) is no setting"));
    let errors = errors(&sources).join("\n");
    assert!(errors.contains("WAYBILL_PASSWORD: set directly and by WAYBILL_PASSWORD_FILE"));
}

#[test]
fn production_takes_no_secrets_made_for_development() {
    let production = || given().with("WAYBILL_ENVIRONMENT", "production");
    let unset = errors(&production());
    assert!(
        unset
            .iter()
            .any(|error| error.starts_with("WAYBILL_KEY: must be set (or WAYBILL_KEY_FILE)"))
    );
    assert!(
        unset
            .iter()
            .any(|error| error.starts_with("WAYBILL_SERVICE_KEY: must be set"))
    );
    let copied = errors(&production().with("WAYBILL_KEY", "made-for-development"));
    assert!(
        copied
            .iter()
            .any(|error| error.contains("is the value for development"))
    );
    let own = production()
        .with("WAYBILL_KEY", "of our own")
        .with("WAYBILL_SERVICE_KEY", "0123456789abcdef0123456789abcdef");
    let (common, _) = load::<(CommonSettings, Sample)>(&own).unwrap();
    assert!(common.environment.is_production());
}

#[test]
fn secrets_are_not_printed() {
    let sources = given().with("WAYBILL_PASSWORD", "s3cret");
    let (sample,) = load::<(Sample,)>(&sources).unwrap();
    assert!(!format!("{sample:?} {sources:?}").contains("s3cret"));
}

#[test]
fn the_reference_lists_every_setting_with_its_default() {
    let tables = [CommonSettings::TABLE, Sample::TABLE, Sample::TABLE];
    let text = reference(&tables);
    for info in tables.iter().flat_map(|table| table.settings) {
        let rows = text.matches(&format!("| `{}`", info.name)).count();
        assert_eq!(rows, 1, "{}", info.name);
    }
    for line in [
        "## Things to try",
        "| `WAYBILL_COUNT` | whole number, 1..=10 | `5` | How many. |",
        "| `WAYBILL_KEY` (or `_FILE`) | secret text | required in production | A key. |",
        "| `WAYBILL_NUMBER` | whole number, 1..=9 | none | Perhaps a number, over two lines. |",
        "| `WAYBILL_HOSTS` | list, separated by commas | empty | Hosts. |",
        "| `WAYBILL_SAMPLE_URL` | text | required | No default. |",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
    assert!(!text.contains("made-for-development"));
}

#[test]
fn arguments_are_taken_and_the_rest_is_handed_back() {
    let arguments = [
        "--demo",
        "--set",
        "WAYBILL_COUNT=7",
        "--set=WAYBILL_NAME=x=y",
        "--set",
        "no",
        "--listen",
        "a",
    ];
    let (sources, rest) = Sources::from_arguments(arguments.map(str::to_owned));
    assert_eq!(rest, ["--demo", "--listen", "a"]);
    assert_eq!(sources.values["WAYBILL_COUNT"].text, "7");
    assert_eq!(sources.values["WAYBILL_NAME"].text, "x=y");
    assert_eq!(sources.errors, ["--set no: expected NAME=VALUE"]);
}

#[test]
fn a_service_that_others_reach_needs_a_key_of_its_own() {
    let errors = |values: &[(&str, &str)]| {
        let mut sources = Sources::empty().with("WAYBILL_DATABASE_URL", "sqlite://x.db");
        for (name, value) in values {
            sources = sources.with(name, *value);
        }
        let (common, process) = load::<(CommonSettings, ProcessSettings)>(&sources).unwrap();
        let errors = process.errors(&common).into_iter();
        errors.map(|(name, _)| name).collect::<Vec<_>>()
    };
    let reachable = ("WAYBILL_GRPC_LISTEN", "0.0.0.0:4102");
    let key = ("WAYBILL_SERVICE_KEY", "0123456789abcdef0123456789abcdef");
    assert_eq!(errors(&[]), [""; 0]);
    assert_eq!(
        errors(&[("WAYBILL_GRPC_LISTEN", "127.0.0.1:4102")]),
        [""; 0]
    );
    assert_eq!(errors(&[reachable]), ["WAYBILL_SERVICE_KEY"]);
    assert_eq!(errors(&[reachable, key]), [""; 0]);
    let allowed = ("WAYBILL_EXPOSE_DEVELOPMENT", "on");
    assert_eq!(errors(&[reachable, allowed]), [""; 0]);
}
