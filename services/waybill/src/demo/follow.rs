//! What the demo's customers can track: shipments, progress and notes, an order that was given to another worker.

use anyhow::{Context as _, Result};
use waybill_proto::order::{
    AddNoteRequest, AddProgressRequest, ChangeRequestKind, CreateChangeRequestRequest,
    CreateShipmentRequest, DecideChangeRequestRequest, ListNotesRequest, ListProgressRequest,
    ListShipmentsRequest, NoteVisibility, Order, OrderStatus, Shipment, ShipmentState,
    UpdateShipmentRequest,
};

use super::{Demo, Person};

impl Demo {
    /// Creates a shipment with everything of an order, unless there is one.
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

    /// Sets the state of a shipment, unless it has this state or a later one.
    pub(super) async fn send(
        &mut self,
        admin: &Person,
        shipment: &Shipment,
        state: ShipmentState,
    ) -> Result<()> {
        if shipment.state >= i32::from(state) {
            return Ok(());
        }
        let request = UpdateShipmentRequest {
            id: shipment.id.clone(),
            order_id: shipment.order_id.clone(),
            state: state.into(),
            ..Default::default()
        };
        self.clients
            .shipment
            .update_shipment(admin.ask(request))
            .await?;
        Ok(())
    }

    /// Adds two progress steps, a note for the customer and an internal note, unless they exist.
    pub(super) async fn report(&mut self, worker: &Person, order: &Order) -> Result<()> {
        let request = ListProgressRequest {
            order_id: order.id.clone(),
            page: None,
        };
        let answer = self.clients.work.list_progress(worker.ask(request)).await?;
        let reported = answer.into_inner().progress.len();
        let steps = [("Layout", 20, "Three columns"), ("First draft", 60, "")];
        for (step, percent, note) in steps.into_iter().skip(reported) {
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
        let written = answer.into_inner().notes.len();
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
        for (visibility, body) in notes.into_iter().skip(written) {
            let request = AddNoteRequest {
                order_id: order.id.clone(),
                body: body.into(),
                visibility: visibility.into(),
            };
            self.clients.work.add_note(worker.ask(request)).await?;
        }
        Ok(())
    }

    /// Replaces an order by one for another worker, unless that has happened.
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
            customer_note: "A colleague who speaks Dutch will do this one.".into(),
        };
        let request = match self
            .clients
            .work
            .create_change_request(worker.ask(request))
            .await
        {
            Ok(answer) => answer.into_inner().change_request,
            // It was requested before and waits for the administrator: also good to show.
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
