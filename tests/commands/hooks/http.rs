//! Hooks that send requests, against a real server.

use crate::{
    service::{Manner, Service},
    work::Work,
};

#[test]
fn webhooks_have_the_body_their_server_takes() {
    for (body, says) in [
        ("json", "\"phase\":\"report_written\""),
        ("slack", "{\"text\":\"pss: report_written true"),
        (
            "teams",
            "\"contentType\":\"application/vnd.microsoft.card.adaptive\"",
        ),
        ("alertmanager", "\"alertname\":\"report_written\""),
    ] {
        let (work, service) = (Work::new(), Service::new(Manner::Answer));
        work.write(
            "pss.toml",
            format!(
                "[[hooks]]\nname = \"webhook\"\non = [\"report_written\"]\nconfig = {{ url = \"{}/hook\", body = \"{body}\", headers = {{ x-key = \"k1\" }} }}\n",
                service.url
            ),
        );
        let (ran, _) = work.run_report(&["--", "true"]);
        assert!(!ran.err.contains("hook:"), "{}", ran.err);
        let requests = service.requests();
        assert_eq!(requests.len(), 1, "{body}");
        assert!(
            requests[0].starts_with("POST /hook HTTP/1.1"),
            "{}",
            requests[0]
        );
        assert!(requests[0].contains(says), "{body}: {}", requests[0]);
        assert!(requests[0].to_ascii_lowercase().contains("x-key: k1"));
    }
}

#[test]
fn a_gateway_is_pushed_times_and_scores() {
    let (work, service) = (Work::new(), Service::new(Manner::Answer));
    work.write(
        "pss.toml",
        format!("[[hooks]]\nname = \"pushgateway\"\non = [\"load_start\", \"report_written\"]\nconfig = {{ url = \"{}/\", job = \"shop\" }}\n", service.url),
    );
    work.run_report(&["--runs", "5", "--", "true"]);
    let requests = service.requests();
    assert_eq!(requests.len(), 2);
    assert!(
        requests[0].starts_with("POST /metrics/job/shop HTTP/1.1"),
        "{}",
        requests[0]
    );
    assert!(requests[0].contains("pss_phase_timestamp_seconds{phase=\"load_start\"} 1"));
    assert!(
        requests[1].contains("# TYPE pss_phase_timestamp_seconds gauge"),
        "{}",
        requests[1]
    );
}

#[test]
fn servers_that_refuse_or_stall_or_are_not_there_fail_the_hook_and_not_the_run() {
    for (manner, says) in [
        (Some(Manner::Refuse), "answered 503"),
        (Some(Manner::Hang), "did not answer within 2.000 s"),
        (None, "cannot be reached"),
    ] {
        let work = Work::new();
        let service = manner.map(Service::new);
        let url = service
            .as_ref()
            .map_or("http://127.0.0.1:9", |service| &service.url);
        work.write(
            "pss.toml",
            format!("[[hooks]]\nname = \"webhook\"\non = [\"load_start\"]\ntimeout = \"2s\"\nconfig = {{ url = \"{url}/x?token=abc\" }}\n"),
        );
        let (ran, report) = work.run_report(&["--", "true"]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        let warnings = report["warnings"].to_string();
        assert!(
            warnings.contains("hook:webhook failed 1 of 1 times: load_start:"),
            "{warnings}"
        );
        assert!(warnings.contains(says), "{warnings}");
        assert!(!warnings.contains("abc"), "{warnings}");
    }
}
