import { leaseMs } from '../core/events/after-attempt.ts';
import {
  forwardDeliveries,
  listDueEndpoints,
  listEndpointsToForward,
  takeDeliveries,
} from '../storage/queries/deliveries.ts';
import type { DueEndpoint, TakenDelivery } from '../storage/queries/deliveries.ts';
import type { EventsUnderWay, Job, JobContext } from './job.ts';

// The limit of one run, so that a node that is asked to stop does so soon.
const runMsMax = 5_000;
const roundsMax = 1_000;
/** How often to look for more while requests take long. */
const patienceMs = 500;

/** Requests under way at once, but for the first of each endpoint, which has a place of its own. */
const sharedPlacesMax = 200;
const tenantPlacesMax = 50;
/** Of an endpoint that works, and of one that fails or has not been heard of lately. */
const endpointPlacesMax = 10;
const unknownPlacesMax = 2;
/** Of all endpoints that fail. */
const failingPlacesMax = 60;
/** Of the node. */
const placesMax = 1_000;

/** Log events of one request. */
const recordsMax = 500;
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
      const isOver = await firstSettled(requests.keys(), context.runtime.timers.timeout(patienceMs));
      if (!isOver && !hasBegun) return;
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

/** Whether one ended before the signal aborted. */
async function firstSettled(requests: Iterable<Promise<void>>, patience: AbortSignal): Promise<boolean> {
  const isOver = new Promise<false>((resolve) => {
    patience.addEventListener('abort', () => resolve(false), { once: true });
  });
  return Promise.race([...[...requests].map((request) => request.then(() => true)), isOver]);
}

/** Starts requests for what is due, as far as there are places. Returns whether it started any. */
async function begin(context: JobContext): Promise<boolean> {
  const { db, runtime, events } = context;
  const { requests } = events;
  let hasBegun = false;
  if (requests.size >= placesMax) return false;
  const due = await listDueEndpoints(db, {
    nowMs: runtime.clock.now(),
    busy: [...new Set(requests.values())].filter((one) => freePlaces(requests, one) <= 0).map(laneOf),
    withoutFailing: failingCount(requests) >= failingPlacesMax,
    max: placesMax - requests.size,
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
  const request = events
    .deliver({ tenantId, endpointId, leasedUntilMs, deliveries })
    .catch(warn)
    .finally(() => events.requests.delete(request));
  events.requests.set(request, endpoint);
}

function laneOf({ endpointId, lane }: EventsUnderWay): string {
  return `${endpointId} ${lane}`;
}

/** How many more requests an endpoint may have now, in its lane. */
function freePlaces(requests: JobContext['events']['requests'], endpoint: EventsUnderWay): number {
  const own = countOf(requests, (one) => laneOf(one) === laneOf(endpoint));
  const ofTenant = countOf(requests, ({ tenantId }) => tenantId === endpoint.tenantId);
  const shared = Math.min(sharedPlacesMax - requests.size, tenantPlacesMax - ofTenant);
  const failing = endpoint.isFailing ? failingPlacesMax - failingCount(requests) : placesMax;
  return Math.min(placesOf(endpoint) - own, Math.max(shared, 1 - own), failing, placesMax - requests.size);
}

/** Log events go in order, so one request at a time. */
function placesOf({ lane, isFailing, isKnown }: EventsUnderWay): number {
  if (lane === 'batch') return 1;
  return isFailing || !isKnown ? unknownPlacesMax : endpointPlacesMax;
}

function failingCount(requests: JobContext['events']['requests']): number {
  return countOf(requests, ({ isFailing }) => isFailing);
}

function countOf(requests: JobContext['events']['requests'], isCounted: (one: EventsUnderWay) => boolean): number {
  return [...requests.values()].filter(isCounted).length;
}
