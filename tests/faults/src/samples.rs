//! The samples of the simulated world, one a second: memory, scheduler lag and pauses of each process, lag and offsets of each partition, two devices.

use pss_metrics::model::{Batch, Sample, Signal};

use crate::{
    fault::Kind,
    operation::SERVICES,
    random::{Random, wander},
    world::{BURST_SECONDS, Run, SECONDS, stretch},
};

const PARTITIONS: usize = 6;
const DEVICES: usize = 2;
/// Resident memory of a process in bytes, and how much it wanders.
const MEMORY: (f64, f64) = (400e6, 0.02);
/// Pauses a second; median (s) and log-sigma of a pause.
const PAUSES: (f64, f64, f64) = (0.5, 0.008, 0.5);
/// Median (s) and log-sigma of scheduler lag.
const LAG: (f64, f64) = (0.001, 0.5);
/// Messages a second and the usual lag of a partition, and how much it wanders.
const KAFKA: (f64, f64, f64) = (100.0, 50.0, 0.2);
/// Device memory in use and installed, in bytes, and how much it wanders.
const DEVICE: (f64, f64, f64) = (8e9, 16e9, 0.01);
/// Utilisation and how much it wanders.
const BUSY: (f64, f64) = (0.80, 0.05);
/// What is left of it in a stall.
const IDLE: f64 = 0.01;

/// Pushes all samples of a run.
pub(crate) fn push(run: Run, start: i64, batch: &mut Batch) {
    processes(run, start, &mut Random::new(run.seed, 3), batch);
    partitions(run, start, &mut Random::new(run.seed, 4), batch);
    devices(run, start, &mut Random::new(run.seed, 5), batch);
}

struct Writer<'a> {
    batch: &'a mut Batch,
    start: i64,
    entity: String,
}

impl Writer<'_> {
    fn push(&mut self, signal: Signal, seconds: f64, value: f64) {
        self.batch.push_sample(&Sample {
            signal,
            entity: &self.entity,
            time: Some(self.start + (seconds * 1e9) as i64),
            value: value.max(0.0) as u64,
        });
    }
}

/// Which of several is hit.
fn one_of(n: usize, random: &mut Random) -> usize {
    (random.unit() * n as f64) as usize
}

fn part(second: usize) -> f64 {
    second as f64 / SECONDS as f64
}

fn processes(run: Run, start: i64, random: &mut Random, batch: &mut Batch) {
    let hit = one_of(SERVICES.len(), random);
    let spike = stretch(BURST_SECONDS, random);
    for (process, service) in SERVICES.iter().enumerate() {
        let mut writer = Writer {
            batch,
            start,
            entity: (*service).to_owned(),
        };
        let (memory, lag) = (run.vary(MEMORY.0, random), run.vary(LAG.0, random));
        let (often, pause) = (run.vary(PAUSES.0, random), run.vary(PAUSES.1, random));
        let noise = wander(random, SECONDS, 0.9, run.noise.wander * MEMORY.1);
        for (second, noise) in noise.into_iter().enumerate() {
            let mut more = 0.0;
            if process == hit {
                more += run.dose(Kind::Leak).unwrap_or(0.0) * part(second);
                if (spike.0..spike.1).contains(&part(second)) {
                    more += run.dose(Kind::MemorySpike).unwrap_or(0.0);
                }
            }
            let at = second as f64;
            writer.push(Signal::MEMORY_RSS, at, memory * (1.0 + noise + more));
            let mut late = lag * random.factor(run.noise.wander * LAG.1);
            if let Some(dose) = run.dose(Kind::Lag)
                && random.chance(0.03)
            {
                late += dose;
            }
            writer.push(Signal::LOOP_LAG, at, late * 1e9);
            if random.chance(often) {
                let mut took = pause * random.factor(run.noise.wander * PAUSES.2);
                if let Some(dose) = run.dose(Kind::Pauses)
                    && random.chance(0.2)
                {
                    took *= dose;
                }
                writer.push(Signal::GC_PAUSE, at + random.unit(), took * 1e9);
            }
        }
    }
}

fn partitions(run: Run, start: i64, random: &mut Random, batch: &mut Batch) {
    let hit = one_of(PARTITIONS, random);
    for partition in 0..PARTITIONS {
        let mut writer = Writer {
            batch,
            start,
            entity: format!("billing/orders/{partition}"),
        };
        let (rate, usual) = (run.vary(KAFKA.0, random), run.vary(KAFKA.1, random));
        let growth = run
            .dose(Kind::KafkaGrowth { all: true })
            .or_else(|| {
                run.dose(Kind::KafkaGrowth { all: false })
                    .filter(|_| partition == hit)
            })
            .map_or(0.0, |dose| dose - 1.0);
        let mut offset = 1e6;
        for (second, noise) in wander(random, SECONDS, 0.8, run.noise.wander * KAFKA.2)
            .into_iter()
            .enumerate()
        {
            offset += rate;
            let lag = usual * (1.0 + noise + growth * part(second));
            writer.push(Signal::KAFKA_LAG, second as f64, lag);
            writer.push(Signal::KAFKA_OFFSET, second as f64, offset);
        }
    }
}

fn devices(run: Run, start: i64, random: &mut Random, batch: &mut Batch) {
    let hit = one_of(DEVICES, random);
    let spike = stretch(BURST_SECONDS, random);
    let stall = stretch(
        run.dose(Kind::GpuStall).unwrap_or(0.0) * SECONDS as f64,
        random,
    );
    for device in 0..DEVICES {
        let mut writer = Writer {
            batch,
            start,
            entity: format!("gpu{device}"),
        };
        let (memory, busy) = (run.vary(DEVICE.0, random), run.vary(BUSY.0, random));
        let noise = wander(random, SECONDS, 0.9, run.noise.wander * DEVICE.2);
        for (second, noise) in noise.into_iter().enumerate() {
            let (at, part) = (second as f64, part(second));
            let (mut more, mut left) = (0.0, 1.0);
            if device == hit {
                more += run.dose(Kind::GpuLeak).unwrap_or(0.0) * part;
                if (spike.0..spike.1).contains(&part) {
                    more += run.dose(Kind::GpuSpike).unwrap_or(0.0);
                }
                if (stall.0..stall.1).contains(&part) {
                    left = IDLE;
                }
            }
            writer.push(Signal::GPU_MEMORY_USED, at, memory * (1.0 + noise + more));
            writer.push(Signal::GPU_MEMORY_TOTAL, at, DEVICE.1);
            let busy = (busy + run.noise.wander * BUSY.1 * random.normal()).clamp(0.0, 1.0);
            writer.push(Signal::GPU_UTILIZATION, at, busy * left * 1e6);
        }
    }
}
