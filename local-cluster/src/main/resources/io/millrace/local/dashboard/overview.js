import { h, setChildren, setText, fillCard, heading, empty, spark } from "./dom.js";
import { number, rate, ago, duration, now } from "./format.js";
import { RowsTable } from "./table.js";

const HISTORY = 60;
const GOOD = ["RUNNING", "FINISHED"];
const BAD = ["FAILED", "FAILING"];
const GONE = ["CANCELED", "CANCELLING", "FINISHED", "SUSPENDED"];

/** Whether a job and every task of it run. */
function isWhole(job) {
  return job.state === "RUNNING" && job.tasksRunning === job.tasks;
}

function stateBadge(job) {
  const kind = GOOD.includes(job.state) ? "good" : BAD.includes(job.state) ? "bad" : "warn";
  const starting = job.state === "RUNNING" && !isWhole(job);
  return h("span", { class: `badge ${starting ? "warn" : kind}` }, starting ? "STARTING" : job.state);
}

/** What others say, which may end without a full stop. */
function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What comes of a job that failed. */
function outcome(job) {
  if (isWhole(job)) return "It runs again.";
  if (job.state === "FAILED") return "Flink does not restart it: mend what is named here, and start it again from its last savepoint or checkpoint.";
  return GONE.includes(job.state) ? "It is not there any more." : "Flink restarts it from its last checkpoint by itself.";
}

function behind(eventTime) {
  return eventTime === undefined ? "–" : `${duration(now() - eventTime)} behind`;
}

/** The partitions that a source does not wait for, as nothing comes from them. */
function idle({ idle: numbers, partitions }) {
  if (numbers.length === 0) return "none";
  return h("span", { class: "warn" }, numbers.length === partitions ? "all" : numbers.join(", "));
}

/** Jobs and topics at a glance. */
export const overview = {
  id: "overview",
  title: "Overview",
  topics: () => [],
  create: () => new Overview(),
};

class Overview {
  #rates = new Map();

  constructor() {
    this.tiles = h("div", { class: "tiles" });
    this.problems = h("div", { role: "alert" });
    this.jobsCard = h("section", { class: "card" });
    this.jobs = new RowsTable("Jobs of this Flink cluster", [
      {
        title: "Job",
        head: true,
        value: (job) =>
          h("span", {}, this.page ? h("a", { href: `${this.page}/#/job/running/${job.id}/overview`, rel: "noreferrer" }, job.name) : job.name),
      },
      { title: "State", value: stateBadge },
      { title: "Records in", class: "n less", value: (job) => number(job.records) },
      { title: "Rate", class: "n", value: (job) => rate(job.perSecond) },
      { title: "Last minute", class: "drawn less", value: (job) => this.#lastMinute(job) },
      { title: "Lag", class: "n", value: (job) => (job.lag === undefined ? "–" : `${number(job.lag)} records`) },
      { title: "Checkpoint", class: "n", value: (job) => (job.checkpointedAt ? ago(job.checkpointedAt) : "none yet") },
      {
        title: "Event time",
        class: "n less",
        value: (job) => h("span", { title: job.eventTimeOf }, behind(job.eventTime)),
      },
      { title: "Restarts", class: "n", value: (job) => number(job.restarts) },
      {
        title: "Dead letters",
        class: "n",
        value: (job) => (job.deadLetters ? h("a", { href: "#/dead-letters" }, number(job.deadLetters)) : "0"),
      },
    ], { hideCaption: true });
    this.failures = h("div");
    this.sources = new RowsTable("Event time of each source", [
      { title: "Job", value: ({ job }) => job.name },
      { title: "Source", head: true, value: ({ source }) => h("a", { href: `#/topic/${encodeURIComponent(source.topic)}` }, source.topic) },
      { title: "Event time", class: "n", value: ({ source }) => behind(source.eventTime) },
      { title: "Partitions", class: "n", value: ({ source }) => number(source.partitions) },
      { title: "Idle", value: ({ source }) => idle(source) },
    ]);
    this.sourcesCard = h("section", { class: "card" });
    this.sourcesCard.hidden = true;
    this.topicsTable = new RowsTable("Topics that are followed now", [
      { title: "Topic", head: true, value: (topic) => h("a", { href: `#/topic/${encodeURIComponent(topic.name)}` }, topic.name) },
      { title: "What", class: "less", value: (topic) => topic.about ?? "" },
      { title: "Rows", class: "n", value: (topic) => number(topic.rows) },
      { title: "Rate", class: "n", value: (topic) => rate(topic.perSecond) },
    ]);
    this.unreadable = h("p", { class: "note warn" });
    this.topicsCard = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Overview", "What runs, how fast, how far behind, and what was refused."),
      this.problems,
      this.tiles,
      this.jobsCard,
      this.sourcesCard,
      this.topicsCard,
    );
  }

  update({ status }) {
    if (!status.topics) return;
    const jobs = status.flink?.jobs ?? [];
    const running = jobs.filter(isWhole);
    this.page = status.flink?.page;
    for (const job of jobs) {
      const history = this.#rates.get(job.id) ?? [];
      this.#rates.set(job.id, [...history, job.perSecond ?? 0].slice(-HISTORY));
    }
    this.#problems(status);
    this.#tiles(status, jobs, running);
    this.#jobs(status, jobs);
    const followed = status.topics.filter((topic) => topic.received !== undefined);
    this.topicsTable.show(followed, (topic) => topic.name, (topic) => `${topic.rows} ${topic.perSecond}`);
    this.unreadable.hidden = !status.unreadable;
    if (status.unreadable) setText(this.unreadable, `Records in topics of live views and dead letters that are neither, and are not shown: ${number(status.unreadable)}. Whatever writes them there should not.`);
    fillCard(this.topicsCard, "Topics", followed.length, [this.topicsTable.element, this.unreadable], "No topic of a job is there yet. They appear once a job has started.");
  }

  #lastMinute(job) {
    const rates = this.#rates.get(job.id) ?? [0];
    return spark(rates, HISTORY, `Rate in the last minute, from ${rate(Math.min(...rates))} to ${rate(Math.max(...rates))}`);
  }

  #problems(status) {
    const problems = [
      status.kafkaProblem && `${sentence(status.kafkaProblem)} It is tried again by itself; should this stay, see whether the brokers run and can be reached from here.`,
      status.flink?.problem && `${sentence(status.flink.problem)} It is asked again every second; should this stay, see whether the JobManager runs and can be reached from here.`,
    ].filter(Boolean);
    const text = problems.join(" ");
    if (this.problemText === text) return;
    this.problemText = text;
    setChildren(this.problems, problems.map((each) => h("p", { class: "card alarm" }, each)));
  }

  #tiles(status, jobs, running) {
    const letters = status.topics.filter((topic) => topic.lane === "dead_letter");
    const count = letters.reduce((sum, topic) => sum + (topic.received ?? 0), 0);
    const cut = letters.some((topic) => topic.cut);
    // While Flink does not answer, nothing is known of its jobs.
    const known = (value) => (status.flink.jobs ? number(value) : "–");
    const of = (some, name) => some.reduce((sum, job) => sum + (job[name] ?? 0), 0);
    // What is to be read waits while a job is down, too.
    const all = (name) => of(jobs, name);
    const tiles = [
      ...(status.flink
        ? [
            ["jobs running", known(running.length)],
            ["records a second", known(of(running, "perSecond"))],
            ["records of lag", known(all("lag"))],
            ["restarts", known(all("restarts"))],
          ]
        : [["topics", number(status.topics.length)]]),
      ["dead letters", cut ? `${number(count)}+` : number(count)],
    ];
    setChildren(this.tiles, tiles.map(([name, value]) => h("div", { class: "tile" }, h("b", {}, value), h("span", {}, name))));
  }

  #jobs(status, jobs) {
    this.jobs.show(jobs, (job) => job.id, (job) => JSON.stringify(job) + Math.floor(now() / 1000));
    const failures = jobs.filter((job) => job.failure);
    setChildren(
      this.failures,
      failures.map((job) => h("p", { class: `note ${isWhole(job) ? "" : "bad"}` }, `${job.name} failed ${ago(job.failedAt)}: ${sentence(job.failure)} ${outcome(job)}`)),
    );
    const sources = jobs.flatMap((job) => (job.sources ?? []).map((source) => ({ job, source })));
    this.sourcesCard.hidden = sources.length === 0;
    if (sources.length && !this.sourcesCard.firstChild) {
      setChildren(this.sourcesCard, h("h2", {}, "Sources"), this.sources.element, h("p", { class: "note" }, "A job's windows wait for the partition that is furthest behind, unless nothing has come from it for a while: then it is idle."));
    }
    this.sources.show(sources, ({ job, source }) => `${job.id} ${source.topic}`, ({ source }) => JSON.stringify(source) + Math.floor(now() / 1000));
    const key = `${Boolean(status.flink)} ${Boolean(status.flink?.jobs)} ${jobs.length} ${this.page} ${status.replays}`;
    if (this.jobsKey === key) return;
    this.jobsKey = key;
    setChildren(
      this.jobsCard,
      h("h2", {}, "Jobs"),
      !status.flink
        ? empty("No Flink was named. Start the dashboard with `--flink <url>` to see jobs here.")
        : jobs.length === 0
          ? empty(
              !status.flink.jobs
                ? "What runs is not known while Flink does not answer."
                : status.replays
                  ? "No job is there yet. On the cluster that is up, submit one with `local-cluster/run submit <job>`."
                  : "No job is there yet. Submit one with Flink's own client, `flink run`.",
            )
          : [this.jobs.element, this.failures],
      this.page ? h("p", { class: "note" }, h("a", { href: this.page, rel: "noreferrer" }, "Flink's own page"), " has graphs, backpressure and checkpoints.") : null,
    );
  }
}
