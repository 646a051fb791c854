import { leaseMs, recordsMax } from '../core/events/after-attempt.ts';
import {
  forwardDeliveries,
  listDueEndpoints,
  listEndpointsToForward,
  takeDeliveries,
} from '../storage/queries/deliveries.ts';
import type { DueEndpoint, TakenDelivery } from '../storage/queries/deliveries.ts';
import { endOf } from './end-of.ts';
import { busyLanes, freePlaces, freePlacesOfNode, haveFailingAll } from './event-places.ts';
import type { Job, JobContext } from './job.ts';

// The limit of one run, so that a node that is asked to stop does so soon.
const runMsMax = 5_000;
const roundsMax = 1_000;
/** How often to look for more while requests take long. */
const patienceMs = 500;

/** So many are brought forward for an endpoint each second, once it accepts again. */
const forwardedMax = 100;
const forwardedEndpointsMax = 200;
/** How long an endpoint that fails again meanwhile still gets one of them at a time. */
const probingMsMax = 15 * 60_000;

/**
 * Sends events to the endpoints of tenants (decision 0036): at least once, by the node that takes them first, with the
 * same id each time. Endpoints have places of their own, so that one that is slow or broken delays nobody else's (F17).
 */
export const deliverEvents: Job = {
  name: 'deliver-events',
  isShared: true,
  intervalMs: 1_000,
  async run(context) {
    await bringForward(context);
    const { clock } = context.runtime;
    const stopMs = clock.steady() + runMsMax;
    for (let round = 0; round < roundsMax && clock.steady() < stopMs; round += 1) {
      const hasBegun = await begin(context);
      const { requests } = context.events;
      if (requests.size === 0) return;
      const first = await Promise.race([...requests.keys(), endOf(context.runtime.timers.timeout(patienceMs))]);
      if (first === 'late' && !hasBegun) return;
    }
  },
};

async function bringForward({ db, runtime }: JobContext): Promise<void> {
  const nowMs = runtime.clock.now();
  // One that has just failed gets one more at a time: it may be that event alone which it cannot take.
  const asked = { failingFromMs: nowMs - probingMsMax, max: forwardedEndpointsMax };
  for (const endpoint of await listEndpointsToForward(db, asked)) {
    await forwardDeliveries(db, endpoint, { nowMs, max: endpoint.isFailing ? 1 : forwardedMax });
  }
}

/** Starts requests for what is due, as far as there are places. Returns whether it started any. */
async function begin(context: JobContext): Promise<boolean> {
  const { db, runtime, events } = context;
  const { requests } = events;
  let hasBegun = false;
  const max = freePlacesOfNode(requests);
  if (max <= 0) return false;
  const due = await listDueEndpoints(db, {
    nowMs: runtime.clock.now(),
    busy: busyLanes(requests),
    withoutFailing: haveFailingAll(requests),
    max,
  });
  for (const endpoint of due) {
    const free = freePlaces(requests, endpoint);
    if (free <= 0) continue;
    const nowMs = runtime.clock.now();
    const leasedUntilMs = nowMs + leaseMs;
    const isBatch = endpoint.lane === 'batch';
    const taken = await takeDeliveries(db, endpoint, { nowMs, leasedUntilMs, max: isBatch ? recordsMax : free });
    const groups = isBatch && taken.length > 0 ? [taken] : taken.map((one) => [one]);
    for (const deliveries of groups) start(context, endpoint, deliveries, leasedUntilMs);
    hasBegun ||= taken.length > 0;
  }
  return hasBegun;
}

function start(
  { events, warn }: JobContext,
  endpoint: DueEndpoint,
  deliveries: readonly TakenDelivery[],
  leasedUntilMs: number,
): void {
  const { tenantId, endpointId } = endpoint;
  const taken = { tenantId, endpointId, leasedUntilMs, deliveries };
  const request = events
    .send(taken)
    .then((attempt) => (attempt === undefined ? undefined : events.settle(taken, attempt)))
    .catch(warn)
    .finally(() => events.requests.delete(request));
  events.requests.set(request, endpoint);
}
