import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { metricList } from './metric-list.ts';

/** When jobs last ran on any node and what waits for them; all times in milliseconds. */
export interface DatabaseReadings {
  readonly jobs: readonly {
    readonly job: { readonly name: string };
    readonly run:
      | { readonly startedAt: number | null; readonly succeededAt: number | null; readonly errorClass: string | null }
      | undefined;
    readonly overdueMs: number;
  }[];
  readonly backlogs: readonly {
    readonly what: string;
    readonly waiting: number;
    readonly oldestAtMs: number | null;
    readonly dueSinceMs: number | null;
  }[];
}

/** Asked at each scrape. */
export interface Readings {
  poolStatus(): { readonly connections: number; readonly idle: number; readonly waiting: number };
  lostLogLines(): number;
  liveSockets(): number;
  nowMs(): number;
  /** Rejects if the database does not answer. */
  ofDatabase(): Promise<DatabaseReadings>;
  dataFiles(): readonly { readonly name: string; readonly isUsable: boolean; readonly builtAtMs: number | null }[];
  isConfigurationCurrent(): boolean;
  /** The providers that are passed over, once for each tenant and method. */
  openBreakers(): readonly string[];
}

/** What this process is. */
export interface Build {
  readonly version: string;
  readonly node: string;
  readonly database: string;
}

export interface Metrics {
  /** Counts one request. `seconds` is the time from its first byte to the response. */
  answered(route: string, status: number, seconds: number): void;
  /** Counts one decision by the resulting state. */
  decided(state: string): void;
  /** Counts one refusal by its code. */
  refused(code: string): void;
  /** Counts one proof by how it ended. */
  proved(method: string, result: string): void;
  /** Counts one guess that leaves a method locked. */
  lockedOut(method: string): void;
  /** Counts one message by how it ended. */
  sent(provider: string, result: string): void;
  /** Counts one text by what was decided of it, and why. */
  judgedText(reason: string, result: string): void;
  /** Counts one thing that was used before and came again. */
  replayed(what: string): void;
  /** Counts one change of the database's clock that was no passing of time. */
  clockStepped(): void;
  /** How many actions are in no month's table now. */
  actionsWithoutMonth(count: number): void;
  /** Counts one run of a job on this node. */
  jobRan(job: { readonly name: string }, ran: { readonly ms: number; readonly errorClass: string | null }): void;
  /** Everything, as Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

type MetricName = keyof typeof metricList;
type LabelOf<Name extends MetricName> = (typeof metricList)[Name]['labels'][number];

// Process metrics are collected once per process, however many apps it creates: prom-client cannot stop collecting.
let ofProcess: Registry | undefined;

function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** The metrics of one app. */
export function createMetrics(build: Build, readings: Readings): Metrics {
  const registry = new Registry();
  const shared = processMetrics();
  function settingsOf<Name extends MetricName>(name: Name) {
    const { help, labels } = metricList[name];
    return { name, help, labelNames: labels as readonly LabelOf<Name>[], registers: [registry] };
  }
  const counter = <Name extends MetricName>(name: Name) => new Counter(settingsOf(name));
  const gauge = <Name extends MetricName>(name: Name) => new Gauge(settingsOf(name));

  gauge('sallyport_build_info').set({ ...build }, 1);
  const requests = counter('sallyport_requests_total');
  const latency = new Histogram({
    ...settingsOf('sallyport_request_duration_seconds'),
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  const refusals = counter('sallyport_refusals_total');
  const sheds = counter('sallyport_sheds_total');
  const decisions = counter('sallyport_decisions_total');
  const proofs = counter('sallyport_proofs_total');
  const lockouts = counter('sallyport_lockouts_total');
  const replays = counter('sallyport_replays_total');
  const sends = counter('sallyport_sends_total');
  const judgedTexts = counter('sallyport_texts_judged_total');
  const waiting = gauge('sallyport_waiting');
  const waitingOldest = gauge('sallyport_waiting_oldest_seconds');
  const waitingOverdue = gauge('sallyport_waiting_overdue_seconds');
  const jobStart = gauge('sallyport_job_last_start_timestamp_seconds');
  const jobSuccess = gauge('sallyport_job_last_success_timestamp_seconds');
  const jobFailing = gauge('sallyport_job_failing');
  const jobOverdue = gauge('sallyport_job_overdue_seconds');
  const jobRuns = counter('sallyport_job_runs_total');
  const jobSeconds = counter('sallyport_job_run_seconds_total');
  const databaseUp = gauge('sallyport_database_up');
  const pool = gauge('sallyport_database_pool');
  const configuration = gauge('sallyport_configuration_current');
  const breakersOpen = gauge('sallyport_provider_breakers_open');
  const fileAge = gauge('sallyport_data_file_age_seconds');
  const fileUsable = gauge('sallyport_data_file_usable');
  const actionsWithoutMonth = gauge('sallyport_actions_without_month');
  const linesLost = counter('sallyport_log_lines_lost_total');
  const clockSteps = counter('sallyport_clock_steps_total');
  const liveSockets = gauge('sallyport_live_sockets');

  async function read(): Promise<void> {
    const nowMs = readings.nowMs();
    const secondsSince = (timeMs: number | null) => (timeMs === null ? 0 : Math.max(0, nowMs - timeMs) / 1000);
    const { connections, idle, waiting: callsWaiting } = readings.poolStatus();
    pool.set({ what: 'open' }, connections);
    pool.set({ what: 'idle' }, idle);
    pool.set({ what: 'waiting' }, callsWaiting);
    liveSockets.set(readings.liveSockets());
    linesLost.reset();
    linesLost.inc(readings.lostLogLines());
    configuration.set(readings.isConfigurationCurrent() ? 1 : 0);
    breakersOpen.reset();
    for (const provider of readings.openBreakers()) breakersOpen.inc({ provider });
    for (const { name: file, isUsable, builtAtMs } of readings.dataFiles()) {
      fileUsable.set({ file }, isUsable ? 1 : 0);
      if (builtAtMs !== null) fileAge.set({ file }, secondsSince(builtAtMs));
    }
    // A scrape tells what it can, without the database too: what could be old is then left out.
    const found = await readings.ofDatabase().catch(() => undefined);
    databaseUp.set(found === undefined ? 0 : 1);
    for (const each of [jobStart, jobSuccess, jobFailing, jobOverdue]) each.reset();
    for (const each of [waiting, waitingOldest, waitingOverdue]) each.reset();
    for (const { job, run, overdueMs } of found?.jobs ?? []) {
      const label = { job: job.name };
      if (typeof run?.startedAt === 'number') jobStart.set(label, run.startedAt / 1000);
      if (typeof run?.succeededAt === 'number') jobSuccess.set(label, run.succeededAt / 1000);
      jobFailing.set(label, (run?.errorClass ?? null) === null ? 0 : 1);
      jobOverdue.set(label, overdueMs / 1000);
    }
    for (const { what, waiting: count, oldestAtMs, dueSinceMs } of found?.backlogs ?? []) {
      waiting.set({ what }, count);
      waitingOldest.set({ what }, secondsSince(oldestAtMs));
      waitingOverdue.set({ what }, secondsSince(dueSinceMs));
    }
  }

  return {
    answered(route, status, seconds) {
      requests.inc({ route, status });
      latency.observe({ route }, seconds);
      if (status === 503) sheds.inc();
    },
    decided: (state) => decisions.inc({ state }),
    refused: (code) => refusals.inc({ code }),
    proved: (method, result) => proofs.inc({ method, result }),
    lockedOut: (method) => lockouts.inc({ method }),
    sent: (provider, result) => sends.inc({ provider, result }),
    judgedText: (reason, result) => judgedTexts.inc({ reason, result }),
    replayed: (what) => replays.inc({ what }),
    clockStepped: () => clockSteps.inc(),
    actionsWithoutMonth: (count) => actionsWithoutMonth.set(count),
    jobRan({ name }, { ms, errorClass }) {
      jobRuns.inc({ job: name, result: errorClass === null ? 'succeeded' : 'failed' });
      jobSeconds.inc({ job: name }, ms / 1000);
    },
    async text() {
      await read();
      return Registry.merge([shared, registry]).metrics();
    },
    contentType: registry.contentType,
  };
}
