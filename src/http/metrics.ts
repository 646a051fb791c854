import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  /** Counts one answered request. `seconds` is the time from the first byte to the answer. */
  answered(route: string, status: number, seconds: number): void;
  /** Counts one decision by the state it led to. */
  decided(state: string): void;
  /** Everything, as Prometheus text. */
  text(): Promise<string>;
  readonly contentType: string;
}

// Of the process, so measured once in it however often it makes an app: prom-client never stops measuring.
let ofProcess: Registry | undefined;

function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

/** `poolStatus` is read at each scrape. */
export function createMetrics(
  poolStatus: () => { readonly connections: number; readonly idle: number; readonly waiting: number },
): Metrics {
  const registry = new Registry();
  const shared = processMetrics();
  const requests = new Counter({
    name: 'sallyport_requests_total',
    help: 'Answered requests by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const latency = new Histogram({
    name: 'sallyport_request_duration_seconds',
    help: 'Time to answer, by route.',
    labelNames: ['route'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  const decisions = new Counter({
    name: 'sallyport_decisions_total',
    help: 'Tracked actions by the state they were given.',
    labelNames: ['state'],
    registers: [registry],
  });
  const sheds = new Counter({
    name: 'sallyport_sheds_total',
    help: 'Requests answered 503 because the server or its database had no room for them.',
    registers: [registry],
  });
  new Gauge({
    name: 'sallyport_database_pool',
    help: 'Database connections of this node: open, idle, and requests waiting for one.',
    labelNames: ['what'],
    registers: [registry],
    collect() {
      const status = poolStatus();
      this.set({ what: 'open' }, status.connections);
      this.set({ what: 'idle' }, status.idle);
      this.set({ what: 'waiting' }, status.waiting);
    },
  });
  return {
    answered(route, status, seconds) {
      requests.inc({ route, status });
      latency.observe({ route }, seconds);
      if (status === 503) sheds.inc();
    },
    decided: (state) => decisions.inc({ state }),
    text: () => Registry.merge([shared, registry]).metrics(),
    contentType: registry.contentType,
  };
}
