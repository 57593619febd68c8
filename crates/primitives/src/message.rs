//! Times and amounts as protobuf messages (`google.protobuf.Timestamp`, `waybill.common.v1.Money`), so that generated code holds them
//! as they are.

use prost::{
    DecodeError, Message,
    bytes::{Buf, BufMut},
    encoding::{DecodeContext, WireType, int64, skip_field, string},
};
use prost_types::Timestamp as ProtoTimestamp;

use crate::{Currency, Money, Timestamp};

impl From<Timestamp> for ProtoTimestamp {
    fn from(time: Timestamp) -> Self {
        Self {
            seconds: time.secs(),
            nanos: (time.micros().rem_euclid(1_000_000) * 1000) as i32,
        }
    }
}

impl From<ProtoTimestamp> for Timestamp {
    /// Precision below a microsecond is dropped.
    fn from(time: ProtoTimestamp) -> Self {
        let micros = time.seconds.saturating_mul(1_000_000);
        Self::from_micros(micros.saturating_add(i64::from(time.nanos) / 1000))
    }
}

impl Message for Timestamp {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        ProtoTimestamp::from(*self).encode_raw(buf);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut time = ProtoTimestamp::from(*self);
        time.merge_field(tag, wire_type, buf, context)?;
        *self = time.into();
        Ok(())
    }

    fn encoded_len(&self) -> usize {
        ProtoTimestamp::from(*self).encoded_len()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

/// The field numbers in proto/waybill/common/v1/common.proto.
const AMOUNT: u32 = 1;
const CURRENCY: u32 = 2;

impl Message for Money {
    fn encode_raw(&self, buf: &mut impl BufMut) {
        if self.amount != 0 {
            int64::encode(AMOUNT, &self.amount, buf);
        }
        if self.currency != Currency::NONE {
            string::encode(CURRENCY, &self.currency.to_string(), buf);
        }
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            AMOUNT => int64::merge(wire_type, &mut self.amount, buf, context),
            CURRENCY => {
                let mut code = String::new();
                string::merge(wire_type, &mut code, buf, context)?;
                self.currency = code.parse().unwrap_or_default();
                Ok(())
            }
            _ => skip_field(wire_type, tag, buf, context),
        }
    }

    fn encoded_len(&self) -> usize {
        let amount = match self.amount {
            0 => 0,
            amount => int64::encoded_len(AMOUNT, &amount),
        };
        let currency = match self.currency {
            Currency::NONE => 0,
            currency => string::encoded_len(CURRENCY, &currency.to_string()),
        };
        amount + currency
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_google_protobuf_timestamps() {
        for micros in [0, 1, 1_795_219_200_000_001, -1, -1_000_001] {
            let time = Timestamp::from_micros(micros);
            let bytes = time.encode_to_vec();
            assert_eq!(bytes, ProtoTimestamp::from(time).encode_to_vec());
            assert_eq!(bytes.len(), time.encoded_len());
            assert_eq!(Timestamp::decode(bytes.as_slice()), Ok(time));
        }
    }

    #[test]
    fn amounts_survive_the_round_trip() {
        for money in [
            Money::default(),
            Money::new(1999, Currency::USD),
            Money::new(-1, Currency::EUR),
            Money::zero(Currency::USD),
        ] {
            let bytes = money.encode_to_vec();
            assert_eq!(bytes.len(), money.encoded_len());
            assert_eq!(Money::decode(bytes.as_slice()), Ok(money));
        }
    }

    #[test]
    fn an_unreadable_currency_is_none() {
        let mut bytes = Vec::new();
        int64::encode(AMOUNT, &5, &mut bytes);
        string::encode(CURRENCY, &"dollars".to_owned(), &mut bytes);
        // A field that only a later version knows.
        string::encode(9, &"later".to_owned(), &mut bytes);
        assert_eq!(
            Money::decode(bytes.as_slice()),
            Ok(Money::new(5, Currency::NONE))
        );
    }
}
