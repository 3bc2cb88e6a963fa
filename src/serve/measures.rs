//! What the service counts, as Prometheus reads it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use metrics::{counter, gauge, histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::Service;

/// Seconds, from a cached sentence to a request given up.
const BUCKETS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The recorder is the program's.
static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

pub struct Measures;

impl Measures {
    pub fn start() -> Measures {
        HANDLE.get_or_init(|| {
            let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?;
            builder.install_recorder().ok()
        });
        metrics::describe_counter!("langdu_requests_total", "Requests by route and status");
        metrics::describe_histogram!(
            "langdu_answer_seconds",
            "From a request to the head of its answer"
        );
        metrics::describe_histogram!(
            "langdu_first_sound_seconds",
            "From a request to its first chunk of sound"
        );
        metrics::describe_gauge!("langdu_sound_seconds", "Sound made or found");
        metrics::describe_gauge!("langdu_jobs", "Requests under way or waiting");
        metrics::describe_gauge!("langdu_cache_bytes", "What the cache holds, by level");
        metrics::describe_gauge!(
            "langdu_cache_hits",
            "Searches of the cache that found something, by level"
        );
        metrics::describe_gauge!(
            "langdu_cache_misses",
            "Searches of the cache that found nothing, by level"
        );
        Measures
    }

    pub fn request(&self, route: &str, status: u16, took: Duration) {
        let labels = [("route", route.to_string()), ("status", status.to_string())];
        counter!("langdu_requests_total", &labels).increment(1);
        histogram!("langdu_answer_seconds", "route" => route.to_string()).record(took);
    }

    pub fn first_sound(&self, since: Instant) {
        histogram!("langdu_first_sound_seconds").record(since.elapsed());
    }

    pub fn sound(&self, samples: usize, sample_rate: u32) {
        gauge!("langdu_sound_seconds").increment(samples as f64 / f64::from(sample_rate));
    }

    /// Everything in Prometheus' text format.
    pub fn render(&self, service: &Service) -> String {
        gauge!("langdu_jobs").set(service.pool.busy() as f64);
        if let Some(stats) = service.pool.records().stats() {
            for (level, counts) in [("L1", stats.l1), ("L2", stats.l2), ("L3", stats.l3)] {
                gauge!("langdu_cache_bytes", "level" => level).set(counts.bytes as f64);
                gauge!("langdu_cache_hits", "level" => level).set(counts.hits as f64);
                gauge!("langdu_cache_misses", "level" => level).set(counts.misses as f64);
            }
        }
        let handle = HANDLE.get().and_then(Option::as_ref);
        handle.map_or_else(String::new, |handle| {
            handle.run_upkeep();
            handle.render()
        })
    }
}
