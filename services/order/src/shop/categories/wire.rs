//! Categories as messages.

use waybill_proto::order as pb;

use super::domain::Category;

pub fn category(category: &Category, products: i64) -> pb::Category {
    pb::Category {
        id: category.id.to_string(),
        slug: category.slug.clone(),
        name: category.name.clone(),
        description: category.description.clone(),
        parent_id: category.parent_id.map(|id| id.to_string()),
        position: category.position,
        active: category.active,
        version: category.version,
        products,
        created_at: Some(category.created_at),
        updated_at: Some(category.updated_at),
    }
}
