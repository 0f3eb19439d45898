//! What `pss init` writes.

/// A commented `pss.toml`. Every line that is not a heading is a comment, so that writing it changes nothing.
pub const TEMPLATE: &str = r#"# Settings of pss; all of them are optional. `pss config show` prints every key with its value and where it comes from.

[pss]
# fail_under = 80            # exit 1 when the score is below this, n/a or incomplete
# fail_on = ["fail"]         # verdicts that exit 1: fail, warn, inconclusive; a threshold that is not met does in any case
# require = ["TIME", "ERR"]  # metrics that must have data
# allow_incomplete = false   # let it meet its threshold although a plugin failed or required data are missing
# no_data = "exclude"        # a metric without data is left out; "one" counts it as perfect, "fail" makes the score incomplete
# bad_records = "0.1%"       # exit 3 when more than this share of records (and more than 10) cannot be used
# top = 10                   # operations shown

[pss.weights]
# DB = 0.20                  # weights of metrics; only their ratios matter

[metrics.DB]
# min_score = 0.70           # exit 1 when this one metric scores below, or has no data

[metrics.GPU]
# enabled = false            # do not score it at all

[formats.csv]
# enabled = false            # one table for each plugin: [metrics.CODE], [formats.NAME], [samplers.NAME], [views.NAME], [loads.NAME], [sources.NAME]

[input]
# operation = "{name} {http.route}"  # what tells operations apart; {name} alone where nothing is said

[input.columns]
# name = "operation"         # CSV, Parquet, Arrow: which column is what, where its name leaves doubt
# start = { column = "ts", unit = "us" }  # times with their unit: s, ms, us, ns, rfc3339

[input.rules.db]
# words = ["ledger"]         # operation names with this word are database calls; attributes = ["peer.service=ledger"] decides before names

[input.rules.error]
# attributes = ["app.result=failed"]  # spans with one of these failed; [input.rules.cache_hit] and [input.rules.cache_miss] alike

[kafka]
# "group.id" = "billing"     # `pss run --kafka HOST:PORT` samples this group's lag; all keys but topics are librdkafka's
# topics = ["orders"]
# "security.protocol" = "sasl_ssl"
# "sasl.password" = "${KAFKA_PASSWORD}"  # from the environment, in any value; `$${` is a plain `${`

[run.load]
# shape = "linear"           # `pss run` starts arrivals by a schedule: constant, linear, step, sine, mix, sequence, replay (see `pss load preview`)
# rate = 50                  # arrivals a second
# duration = "30s"           # or count = 1000
# arrivals = "poisson"       # even, poisson, gamma:K, burst:N; seed = 7
# warmup = "5s"              # a phase before, not scored

[[hooks]]                    # who is told of a run's phases: log, jsonl, exec, webhook, pushgateway
# name = "exec"
# on = ["report_written", "run_failed", "alert"]
# config = { command = ["./notify.sh"] }

[[alerts]]
# name = "low score"
# when = "score < 80"        # or "metric.DB < 0.7", "verdict = fail"
# cooldown = "1h"

[history]
# path = ".pss/history.sqlite"  # where `pss history` keeps runs, beside this file
# project = "shop"           # what they are runs of; the name of git's origin where nothing is said
# keep = 500                 # runs kept of each branch

[metrics.DB.disp]
# good = 0.50                # the value that scores 0.9 (see `pss explain DB`)
# mid = 1.25                 # the value that scores 0.5

# Under any other code, `where`, `value` and `shape` make a metric of your own, in SQL over the columns that `pss query --help` lists (builds with the feature sql):
# [metrics.CHECKOUT]  where "name LIKE '%checkout%'"  value "duration"  shape "dispersion"
"#;
