//! Files of the providers that our code is tested against, stored next to the repository: API descriptions and test vectors.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::skip;

/// A file such as `vectors/stripe-webhook.json`, in `../shared` relative to the workspace, or in the folder that
/// `WAYBILL_TEST_SHARED` names. None, after printing SKIPPED, if it does not exist.
///
/// # Panics
/// With `CI=true`, if it does not exist.
pub fn shared(path: &str) -> Option<PathBuf> {
    let folder = env::var_os("WAYBILL_TEST_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let file = folder.join(path);
    if !file.is_file() {
        let reason = format!("{} is not there", file.display());
        skip::skip("a contract with a provider", &reason);
        return None;
    }
    Some(file)
}
