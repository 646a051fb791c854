import type { EventsUnderWay, JobContext } from './job.ts';

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

type Requests = JobContext['events']['requests'];

/** How many more requests the node may have now. */
export function freePlacesOfNode(requests: Requests): number {
  return placesMax - requests.size;
}

/** Whether endpoints that fail may have no more now. */
export function haveFailingAll(requests: Requests): boolean {
  return failingCount(requests) >= failingPlacesMax;
}

/** Endpoints with their lane to which no more is sent now. */
export function busyLanes(requests: Requests): readonly string[] {
  return [...new Set(requests.values())].filter((one) => freePlaces(requests, one) <= 0).map(laneOf);
}

/** How many more requests an endpoint may have now, in its lane. */
export function freePlaces(requests: Requests, endpoint: EventsUnderWay): number {
  const own = countOf(requests, (one) => laneOf(one) === laneOf(endpoint));
  const ofTenant = countOf(requests, ({ tenantId }) => tenantId === endpoint.tenantId);
  const shared = Math.min(sharedPlacesMax - requests.size, tenantPlacesMax - ofTenant);
  const failing = endpoint.isFailing ? failingPlacesMax - failingCount(requests) : placesMax;
  return Math.min(placesOf(endpoint) - own, Math.max(shared, 1 - own), failing, freePlacesOfNode(requests));
}

function laneOf({ endpointId, lane }: EventsUnderWay): string {
  return `${endpointId} ${lane}`;
}

/** Log events go in order, so one request at a time. */
function placesOf({ lane, isFailing, isKnown }: EventsUnderWay): number {
  if (lane === 'batch') return 1;
  return isFailing || !isKnown ? unknownPlacesMax : endpointPlacesMax;
}

function failingCount(requests: Requests): number {
  return countOf(requests, ({ isFailing }) => isFailing);
}

function countOf(requests: Requests, isCounted: (one: EventsUnderWay) => boolean): number {
  return [...requests.values()].filter(isCounted).length;
}
