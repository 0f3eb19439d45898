//! The two requests of the shop: looking at products, and checking out.

use super::{episode, span::Work};
use crate::random::Random;

/// Someone looks at a product page.
pub(super) fn browse(load: f64, random: &mut Random) -> Work {
    let mut page = entry("storefront", "GET /products", "GET", 0.006, load, random);
    let cached = random.chance(0.94);
    page = page.calling(lookup("storefront", "GET product", cached, random));
    if !cached {
        page = page.calling(query("storefront", "SELECT products", 0.004, 1.0, random));
    }
    page.error = random.chance(0.002);
    page
}

/// Someone pays for their cart.
pub(super) fn checkout(time: f64, load: f64, random: &mut Random) -> Work {
    let payment = payment(time, load, random);
    let paid = !payment.error;
    let mut checkout = entry("storefront", "POST /checkout", "POST", 0.010, load, random)
        .calling(remote(
            "storefront",
            "GET cart",
            "GET",
            "cart",
            cart(load, random),
            random,
        ))
        .calling(query("storefront", "UPDATE stock", 0.005, 1.0, random))
        .calling(remote(
            "storefront",
            "POST payment",
            "POST",
            "payment",
            payment,
            random,
        ));
    if paid {
        checkout = checkout.calling(publish(random));
    }
    checkout.error |= random.chance(0.002);
    checkout
}

fn cart(load: f64, random: &mut Random) -> Work {
    let cached = random.chance(0.93);
    let cart = entry("cart", "GET /cart", "GET", 0.003, load, random)
        .calling(lookup("cart", "GET cart", cached, random));
    if cached {
        cart
    } else {
        cart.calling(query("cart", "SELECT cart_items", 0.005, 1.0, random))
    }
}

fn payment(time: f64, load: f64, random: &mut Random) -> Work {
    let mut method = query(
        "payment",
        "SELECT payment_method",
        0.006,
        episode::query_slowdown(time),
        random,
    );
    method.error = random.chance(episode::query_failure(time));
    let mut charge = entry("payment", "POST /charge", "POST", 0.004, load, random);
    charge.tag = Some(match random.below(10) {
        0..=6 => "card",
        7..=8 => "wallet",
        _ => "invoice",
    });
    let found = !method.error;
    charge = charge.calling(method);
    if found {
        let gateway = Work::new(
            "payment",
            "client",
            "POST card gateway",
            "\"http.request.method\":\"POST\",\"server.address\":\"gateway\"",
        )
        .taking(random.log_normal(0.060, 0.30), 0.99);
        charge =
            charge
                .calling(gateway)
                .calling(query("payment", "INSERT payment", 0.004, 1.0, random));
    }
    charge
}

fn publish(random: &mut Random) -> Work {
    let topic = "\"messaging.system\":\"kafka\",\"messaging.destination.name\":\"orders\"";
    let mut publish = Work::new("storefront", "producer", "publish orders", topic)
        .taking(random.log_normal(0.002, 0.3), 0.9);
    let mut process = Work::new("fulfilment", "consumer", "process orders", topic)
        .taking(random.log_normal(0.012, 0.30), 0.2)
        .calling(query("fulfilment", "INSERT shipment", 0.005, 1.0, random));
    process.error = random.chance(0.002);
    publish.later = Some((random.log_normal(0.3, 0.4), Box::new(process)));
    publish
}

/// The handling of a request from outside; a busy service takes longer.
fn entry(
    service: &'static str,
    name: &'static str,
    method: &str,
    seconds: f64,
    load: f64,
    random: &mut Random,
) -> Work {
    Work::new(
        service,
        "server",
        name,
        format!("\"http.request.method\":\"{method}\""),
    )
    .taking(random.log_normal(seconds * load.sqrt(), 0.3), 0.1)
}

/// A request to another service: what that service does, and the way there and back.
fn remote(
    service: &'static str,
    name: &'static str,
    method: &str,
    address: &str,
    work: Work,
    random: &mut Random,
) -> Work {
    Work::new(
        service,
        "client",
        name,
        format!("\"http.request.method\":\"{method}\",\"server.address\":\"{address}\""),
    )
    .taking(random.log_normal(0.001_5, 0.3), 0.9)
    .calling(work)
}

fn query(
    service: &'static str,
    name: &'static str,
    seconds: f64,
    slowdown: f64,
    random: &mut Random,
) -> Work {
    Work::new(service, "client", name, "\"db.system\":\"postgresql\"")
        .taking(random.log_normal(seconds * slowdown, 0.35), 0.96)
}

fn lookup(service: &'static str, name: &'static str, hit: bool, random: &mut Random) -> Work {
    Work::new(
        service,
        "client",
        name,
        format!("\"db.system\":\"redis\",\"cache.hit\":{hit}"),
    )
    .taking(random.log_normal(0.000_7, 0.3), 0.9)
}
