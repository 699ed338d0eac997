//! What `xops help` says.

use super::words::Topic;

/// The text about a topic.
pub(super) fn text(topic: Topic) -> &'static str {
    match topic {
        Topic::All => ALL,
        Topic::Run => RUN,
        Topic::Replay => REPLAY,
        Topic::Grade => GRADE,
        Topic::Lint => LINT,
        Topic::Lesson => LESSON,
        Topic::Prove => PROVE,
        Topic::World => WORLD,
        Topic::Canary => CANARY,
        Topic::Slo => SLO,
        Topic::Alerts => ALERTS,
        Topic::Promql => PROMQL,
        Topic::Query => QUERY,
        Topic::Metrics => METRICS,
        Topic::Traces => TRACES,
    }
}

const ALL: &str = "\
Runs the simulated systems of XOps Lab without a browser.

Usage: xops <command> [words]

  run WORLD|LESSON   run a world or a lesson and tell what happened
  replay FILE        run a recorded run again
  grade FOLDER       run handed-in results again and confirm what they claim
  lint [PATHS]       check worlds, lessons, catalogue and glossary
  lesson JOB         begin a lesson, or prove lessons
  prove [LESSONS]    prove that lessons teach what they say
  world LOOK WORLD   check, explain or draw a world without running it
  canary judge FILE  try the canary judge on a file of cases
  slo JOB FILES      read the files of other SLO tools
  alerts JOB FILES   test alerting rules, read Alertmanager's files
  traces WORLD       write the traces and logs of a run as OTLP/JSON
  promql test FILES  run files of Prometheus's language for testing PromQL
  query WORLD QUERY  run a world or a lesson, then query its metrics
  metrics WORLD      run a world or a lesson, then print its metrics
  help [COMMAND]     say more about a command
  --version          say which version this is

Exit codes: 0 all is well, 1 there are problems, 2 the words were not understood.
";

const RUN: &str = "\
Runs a world or a lesson and prints its story, objectives, services and digest.

Usage: xops run <world or lesson> [options]

A world or lesson is a name (`shop`, `foundations/error-budgets`), a file, or a
lesson's folder. The same seed and commands give the same digest everywhere.

  --seed N          seed of every random stream (a lesson's own, else 1)
  --for SPAN        simulated time, such as 30m, 6h or 10d (1h); in a lesson it
                    counts from the moment the learner arrives
  --commands FILE   carry out a list of commands (lessons/README.md tells how)
  --solution        play a lesson's reference solution
  --replay FILE     write the run down, for `xops replay` and the browser
  --result FILE     write it down with what came of it, for `xops grade`
  --author NAME     who hands the result in
  --postmortem FILE write the review of the run's last incident as Markdown, held
                    against doing nothing and against its action items

A run goes on to its last command, even past --for.
";

const TRACES: &str = "\
Runs a world and writes the traces of its requests as OTLP/JSON, one
`TracesData` message, for Jaeger, Tempo or an OpenTelemetry collector.

Usage: xops traces <world> [options]

  --seed N          seed of every random stream (1)
  --for SPAN        simulated time, such as 30m (10m)
  --sample SHARE    share of requests that is followed, such as 1% (100%)
  --commands FILE   carry out a list of commands (lessons/README.md tells how)
  -o, --out FILE    where to write them; without it, they are printed
  --logs FILE       write the logs as well, as one `LogsData` message

Time zero of the run is written as 2026-01-05T00:00:00Z. A file holds a million
spans at most; what is left out for it is told.
";

const REPLAY: &str = "\
Runs a recorded run again and prints the same tables and the same digest.

Usage: xops replay <file>

The file is what `xops run --replay` writes and what `Copy replay` copies in the
browser. It holds the world, the lesson, the seed and every command.
";

const GRADE: &str = "\
Runs results that were handed in again, and confirms what they claim.

Usage: xops grade <folder> [--csv FILE]

Each file of the folder that ends in .json is a result, as `Save result` in the
browser and `xops run --result` write them: a run, the name of its author, and
what came of it. A verdict names the first command after which the run is not
what its author claims, or the file with which it was played that is not the
one here. Stars are those of the run, not of the claim.

  --csv FILE        write the table as comma-separated values as well

The exit code is 0 if every result is confirmed.
";

const LESSON: &str = "\
Begins a lesson, or proves that lessons teach what they say.

Usage: xops lesson new <track>/<lesson>
       xops lesson prove [lessons]

`new` writes a small lesson with a world of its own that is sound and holds, to
be changed step by step, into the nearest lessons folder; where there is none,
it makes one. Nothing that is there already is touched: what belongs into its
catalogue is printed. `prove` is `xops prove`.
";

const LINT: &str = "\
Checks worlds, lessons, catalogue and glossary; tells every problem at once.

Usage: xops lint [paths] [--watch]

A path is a file or a folder; without one, everything below lessons/ is looked
at. Each problem comes with file, line, column, field, reason and remedy. Files
that nothing leads to are problems too. A list of commands can be checked by
its file name.

  --watch           look again whenever a file changes, until stopped by Ctrl+C
";

const PROVE: &str = "\
Proves that lessons teach what they say, on several seeds: nothing is met at the
start, doing nothing is not enough, the reference solution earns every star, and
each mistake fails with the feedback that it earns.

Usage: xops prove [lessons]

A lesson is a name such as foundations/error-budgets; without one, every lesson
is proven.
";

const WORLD: &str = "\
Checks, explains or draws a world without running it.

Usage: xops world lint [files]
       xops world explain <world or lesson>
       xops world graph <world or lesson> [--to FILE]

  lint      tell every problem of world files; without one, of every world below
            lessons/
  explain   how often each service is asked at normal load, how busy that keeps
            it, how long requests wait by Erlang's formula, how many attempts
            retries can make of one request, and what stands out
  graph     draw services and calls as SVG, onto the output or into --to FILE
";

const CANARY: &str = "\
Tries the canary judge on a file of cases, and prints for each what was expected,
what was found, and the numbers behind it; then `N passed, N failed`.

Usage: xops canary judge <file>

The judge is that of Spinnaker's Kayenta: Mann-Whitney interval with
Hodges-Lehmann estimate, tolerance, effect size, groups, weights and thresholds.
The file is JSON or YAML with any of these lists; fields are spelled as in
Kayenta's settings and tests:

  classify    {baseline, canary, expected}: Pass, High, Low, Nodata,
              NodataFailMetric or Error; with tolerance (0.25), confidence (0.98),
              direction, nanStrategy, outliers, effectSize, critical, mustHaveData
  interval    {x, y, confidence, low, high, estimate, tolerance}
  score       {results: [{classification, groups, critical}], groupWeights,
              expected}: a score, or Pass, Marginal or Fail
  judge       {metrics: [{name, groups, baseline, canary, ...}], groupWeights,
              scoreThresholds, expected}: a score, one of these words, or promote,
              pause, abort or inconclusive
  clean       {values, nanStrategy, outliers, expected}: the values that are left
  outliers    {values, factor, reduceSensitivity, expected}: true for each outlier
  percentile  {values, percentile, expected}
  effect      {baseline, canary, measure, expected}: meanRatio or cles
";

const SLO: &str = "\
Reads the files of other SLO tools: OpenSLO v1, Sloth, Prometheus's rules.

Usage: xops slo check <files or folders>
       xops slo format <files or folders>
       xops slo rules <file> [options]

  check     say of every document of OpenSLO, of Sloth and of Prometheus's rules
            whether the lab can run it; one that is refused comes with file,
            line, column, field, reason and remedy. References between OpenSLO
            documents are followed across all files that are named
  format    write OpenSLO documents anew, in one order and spelling
  rules     Sloth's SLO file in (`version: prometheus/v1`, or its Kubernetes
            resource), the Prometheus rules that Sloth makes of it out

  --period SPAN      period of the error budgets: 28d or 30d (30d)
  --windows FILE     alert windows for this or another period, as Sloth's
                     `kind: AlertWindows` has them
  --extra-labels NAME=VALUE
                     a label for every recording rule; may be repeated

Plugins are programs and are not run: a file that needs one is refused.
";

const ALERTS: &str = "\
Tests alerting rules, and reads Alertmanager's configuration.

Usage: xops alerts test <test files>
       xops alerts check <files>
       xops alerts format <file>
       xops alerts route <file> [NAME=VALUE]...

  test    run unit tests of rules as `promtool test rules` does: rule_files,
          input_series, alert_rule_test, promql_expr_test. Exit code 1 if
          anything is not as expected
  check   say whether files of rules, that alert and that record, and
          Alertmanager's configurations are sound
  format  write a configuration anew, in one order and spelling
  route   say who is told of an alert with these labels, and when
";

const PROMQL: &str = "\
Runs files of Prometheus's language for testing PromQL against the engine of the
lab: load, clear, eval and what is expected.

Usage: xops promql test <files>
       xops promql test-rules <files>   the same as `xops alerts test`

Every case is printed with how it ended, then `N passed, N failed, N not
supported`. Not supported is what needs native histograms, start timestamps or
experimental syntax; each such case says why. The exit code is 1 if any failed.
";

const QUERY: &str = "\
Runs a world or a lesson and queries the metrics that were scraped, in PromQL.

Usage: xops query <world or lesson> <queries> [options]

  --for SPAN        simulated time that is run first (1h)
  --at SPAN         evaluate at this time of the run instead of at its end
  --step SPAN       evaluate at every step instead of once
  --over SPAN       with --step: the last so much of the run (all of it)
  --seed N, --commands FILE, --solution
                    as in `xops run`

One line for each series, with its value, or with one value for each step. A
query that is wrong is answered with line, column and what was expected; the
exit code is then 1.
";

const METRICS: &str = "\
Runs a world or a lesson and prints the metrics of its last scrape in Prometheus'
text format, with HELP and TYPE.

Usage: xops metrics <world or lesson> [options]

  --for SPAN        simulated time that is run first (1h)
  --seed N, --commands FILE, --solution
                    as in `xops run`
";
