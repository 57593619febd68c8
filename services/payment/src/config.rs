//! The settings of this service.

use waybill_service_kit::settings;

use crate::payments::return_url::origin_of;

settings! {
    /// Payments
    pub struct Settings {
        /// The platform's share of a completed order in a new shop, in hundredths of a percent (the worker gets the rest);
        /// afterwards the administrator's settings rule.
        pub commission_basis_points: u32 = "WAYBILL_COMMISSION_BASIS_POINTS", default "2000", range 0..=10_000;
        /// The address under which customers reach the platform, for instance `https://shop.example`.
        pub public_url: Option<String> = "WAYBILL_PUBLIC_URL", check public_url;
        /// Origins that customers may be sent to after a payment, besides the public address, for instance
        /// `https://www.shop.example`. Development allows any.
        pub return_origins: Vec<String> = "WAYBILL_RETURN_ORIGINS", default "", check return_origins;
    }
}

impl Default for Settings {
    /// The values when nothing is set.
    fn default() -> Self {
        Self {
            commission_basis_points: 2_000,
            public_url: None,
            return_origins: Vec::new(),
        }
    }
}

#[expect(clippy::ref_option, reason = "the form of every check of a setting")]
fn public_url(url: &Option<String>) -> Result<(), String> {
    match url.as_deref().map(origin_of) {
        Some(None) => Err("expected an http or https URL such as https://shop.example".to_owned()),
        Some(Some(_)) | None => Ok(()),
    }
}

#[expect(clippy::ptr_arg, reason = "the form of every check of a setting")]
fn return_origins(origins: &Vec<String>) -> Result<(), String> {
    match origins.iter().find(|origin| origin_of(origin).is_none()) {
        Some(wrong) => Err(format!(
            "{wrong} is no origin; expected ones such as https://shop.example"
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use waybill_service_kit::settings::{Sources, load};

    use super::*;

    #[test]
    fn defaults_are_those_of_the_reference() {
        let (settings,) = load::<(Settings,)>(&Sources::empty()).unwrap();
        let default = Settings::default();
        assert_eq!(
            settings.commission_basis_points,
            default.commission_basis_points
        );
        assert_eq!(settings.public_url, default.public_url);
        assert_eq!(settings.return_origins, default.return_origins);
    }

    #[test]
    fn faults_are_reported_together() {
        let sources = Sources::empty()
            .with("WAYBILL_COMMISSION_BASIS_POINTS", "10001")
            .with("WAYBILL_PUBLIC_URL", "shop.example")
            .with("WAYBILL_RETURN_ORIGINS", "https://shop.example, ftp://x");
        let errors = load::<(Settings,)>(&sources).unwrap_err();
        assert_eq!(errors.0.len(), 3, "{errors}");
    }
}
