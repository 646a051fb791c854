import { UNKNOWN } from '../rules/value.ts';
import type { Truth } from '../rules/value.ts';
import type { FactInputs, Place } from './fact.ts';

const earthRadiusKm = 6371;
const fastestFlightKmPerHour = 1000;
// Below this distance, errors in the data look like travel.
const shortestTripKm = 200;
const usualRangeKm = 500;
const usualWindowMs = 90 * 24 * 60 * 60 * 1000;

/** Too far from the latest verified place for any flight in the time since. */
export function impossibleTravel({ address, history, nowMs }: FactInputs): Truth | null {
  const { place } = address;
  if (place === null || place === UNKNOWN) return place;
  if (history.places === undefined) return UNKNOWN;
  const { verified, nowhereAtMs } = history.places;
  const [latest] = verified;
  if (nowhereAtMs !== null && nowhereAtMs >= (latest?.verifiedAtMs ?? -Infinity)) return UNKNOWN;
  if (latest === undefined) return false;
  const km = distanceKm(place, latest);
  const hours = Math.max(nowMs - latest.verifiedAtMs, 0) / 3_600_000;
  return km > shortestTripKm && km > fastestFlightKmPerHour * hours;
}

/** Far from every place verified in the last 90 days. An impossible trip is also atypical. */
export function atypicalTravel(inputs: FactInputs): Truth | null {
  const { place } = inputs.address;
  if (place === null || place === UNKNOWN) return place;
  const { places } = inputs.history;
  if (places === undefined) return UNKNOWN;
  const isImpossible = impossibleTravel(inputs);
  if (isImpossible === true) return true;
  const isRecent = (verifiedAtMs: number) => inputs.nowMs - verifiedAtMs <= usualWindowMs;
  const recent = places.verified.filter(({ verifiedAtMs }) => isRecent(verifiedAtMs));
  if (recent.some((verified) => distanceKm(place, verified) <= usualRangeKm)) return isImpossible;
  // Another place, which could be near.
  if (!places.isComplete || (places.nowhereAtMs !== null && isRecent(places.nowhereAtMs))) return UNKNOWN;
  return recent.length > 0 ? true : isImpossible;
}

/** Great-circle distance. If one end is only a country, it is 0 within that country (ruling 27). */
function distanceKm(from: Place, to: Place): number {
  const isOnlyCountry = from.precision === 'country' || to.precision === 'country';
  if (isOnlyCountry && from.countryCode !== null && from.countryCode === to.countryCode) return 0;
  const radians = (degrees: number) => (degrees * Math.PI) / 180;
  const latitudes = Math.sin(radians(to.latitude - from.latitude) / 2);
  const longitudes = Math.sin(radians(to.longitude - from.longitude) / 2);
  const haversine =
    latitudes ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * longitudes ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.min(1, Math.sqrt(haversine)));
}
