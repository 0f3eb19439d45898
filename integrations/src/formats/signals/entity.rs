//! What a point of a metric was measured on, by its attributes.

use pss_metrics::model::Value;

use super::{names::Known, point::Point};

/// What a point was measured on.
pub(super) fn entity(known: &Known, point: &Point<'_>) -> String {
    if known.signal.name.starts_with("kafka.") {
        let part = |keys: &[&str]| label(point, keys).unwrap_or_default();
        return format!(
            "{}/{}/{}",
            part(&[
                "group",
                "consumergroup",
                "kafka.consumer.group",
                "group_id",
                "client_id",
                "client-id"
            ]),
            part(&["topic", "messaging.destination.name"]),
            part(&["partition", "messaging.destination.partition.id"])
        );
    }
    if known.signal.name.starts_with("gpu.") {
        return device(point);
    }
    if known.signal.name.starts_with("psi.") {
        return label(point, &["instance", "host.name"]).unwrap_or_else(|| "host".to_owned());
    }
    let process = label(
        point,
        &["instance", "pod", "container", "service.instance.id", "pid"],
    )
    .unwrap_or_else(|| point.process.to_owned());
    // Pools of one process are measured apart, and each is an entity.
    match label(
        point,
        &["jvm.memory.pool.name", "pool", "jvm_memory_pool_name", "id"],
    ) {
        Some(pool) if known.signal.name == "memory.rss" => format!("{process}/{pool}"),
        _ => process,
    }
}

pub(super) fn device(point: &Point<'_>) -> String {
    label(point, &["gpu", "hw.id", "hw_id", "uuid", "UUID", "device"])
        .unwrap_or_else(|| point.process.to_owned())
}

pub(super) fn label(point: &Point<'_>, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| {
        let attribute = point
            .attributes
            .iter()
            .find(|attribute| attribute.key == *key)?;
        Some(match attribute.value {
            Value::Text(text) => text.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(truth) => truth.to_string(),
        })
    })
}
