//! What the demo's customers can follow: parcels on their way, steps and notes of work, an order that changed hands.

use anyhow::{Context as _, Result};
use waybill_proto::order::{
    AddNoteRequest, AddProgressRequest, ChangeRequestKind, CreateChangeRequestRequest,
    CreateShipmentRequest, DecideChangeRequestRequest, ListNotesRequest, ListProgressRequest,
    ListShipmentsRequest, NoteVisibility, Order, OrderStatus, Shipment, ShipmentState,
    UpdateShipmentRequest,
};

use super::{Demo, Person};

impl Demo {
    /// Puts everything of an order into a parcel, unless that has happened.
    pub(super) async fn pack(&mut self, admin: &Person, order: &Order) -> Result<Shipment> {
        let request = ListShipmentsRequest {
            order_id: order.id.clone(),
        };
        let answer = self
            .clients
            .shipment
            .list_shipments(admin.ask(request))
            .await?;
        if let Some(packed) = answer.into_inner().shipments.into_iter().next() {
            return Ok(packed);
        }
        let request = CreateShipmentRequest {
            order_id: order.id.clone(),
            carrier: "DHL".into(),
            tracking_number: "00340434161094042557".into(),
            note: "Handle with care".into(),
            ..Default::default()
        };
        let answer = self
            .clients
            .shipment
            .create_shipment(admin.ask(request))
            .await;
        let answer = answer.context("packing a demo order")?.into_inner();
        answer.shipment.context("the answer has a shipment")
    }

    /// Takes a parcel on to where it is to be; one that is further already stays there.
    pub(super) async fn send(
        &mut self,
        admin: &Person,
        parcel: &Shipment,
        state: ShipmentState,
    ) -> Result<()> {
        if parcel.state >= i32::from(state) {
            return Ok(());
        }
        let request = UpdateShipmentRequest {
            id: parcel.id.clone(),
            order_id: parcel.order_id.clone(),
            state: state.into(),
            ..Default::default()
        };
        self.clients
            .shipment
            .update_shipment(admin.ask(request))
            .await?;
        Ok(())
    }

    /// Reports two steps, a note for the customer and one among the staff, unless that has happened.
    pub(super) async fn report(&mut self, worker: &Person, order: &Order) -> Result<()> {
        let request = ListProgressRequest {
            order_id: order.id.clone(),
            page: None,
        };
        let answer = self.clients.work.list_progress(worker.ask(request)).await?;
        let told = answer.into_inner().progress.len();
        let steps = [("Layout", 20, "Three columns"), ("First draft", 60, "")];
        for (step, percent, note) in steps.into_iter().skip(told) {
            let request = AddProgressRequest {
                order_id: order.id.clone(),
                step: step.into(),
                percent: Some(percent),
                note: note.into(),
            };
            self.clients.work.add_progress(worker.ask(request)).await?;
        }
        let request = ListNotesRequest {
            order_id: order.id.clone(),
            page: None,
        };
        let answer = self.clients.work.list_notes(worker.ask(request)).await?;
        let told = answer.into_inner().notes.len();
        let notes = [
            (
                NoteVisibility::Customer,
                "The map needs your exact address; please check the draft.",
            ),
            (
                NoteVisibility::Internal,
                "The customer is quick to answer; ask early.",
            ),
        ];
        for (visibility, body) in notes.into_iter().skip(told) {
            let request = AddNoteRequest {
                order_id: order.id.clone(),
                body: body.into(),
                visibility: visibility.into(),
            };
            self.clients.work.add_note(worker.ask(request)).await?;
        }
        Ok(())
    }

    /// Has an order opened again for somebody else, unless that has happened.
    pub(super) async fn replace(
        &mut self,
        admin: &Person,
        worker: &Person,
        order: &Order,
    ) -> Result<()> {
        if order.status() == OrderStatus::Cancelled {
            return Ok(());
        }
        let request = CreateChangeRequestRequest {
            order_id: order.id.clone(),
            kind: ChangeRequestKind::Reassignment.into(),
            reason: "I do not speak enough Dutch for this one".into(),
        };
        let request = match self
            .clients
            .work
            .create_change_request(worker.ask(request))
            .await
        {
            Ok(answer) => answer.into_inner().change_request,
            // It was asked before and waits for the administrator: also something to look at.
            Err(status) if super::is_conflict(&status) => return Ok(()),
            Err(status) => return Err(status).context("asking for a replacement"),
        };
        let decision = DecideChangeRequestRequest {
            id: request.context("the answer has a request")?.id,
            approve: true,
            note: "Somebody else will".into(),
            replace: true,
            ..Default::default()
        };
        let decided = self
            .clients
            .work
            .decide_change_request(admin.ask(decision))
            .await;
        decided.context("replacing a demo order")?;
        Ok(())
    }
}
