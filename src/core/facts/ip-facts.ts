import { UNKNOWN } from '../rules/value.ts';
import type { Fact } from './fact.ts';
import { atypicalTravel, impossibleTravel } from './travel.ts';

const noAddress = 'no `ipAddress` was sent';
const notLocated = `${noAddress}, it is private, or no data file contains it`;

export const ipFacts: readonly Fact[] = [
  {
    path: 'ip.ipAddress',
    type: 'string',
    meaning:
      'The address of the user, in its normal form. An IPv6 address that contains an IPv4 address is read as that address.',
    madeFrom: '`ipAddress` of track',
    nullWhen: noAddress,
    compute: ({ address }) => address.text,
  },
  {
    path: 'ip.location.country.countryCode',
    type: 'string',
    meaning: 'Country of the address, ISO 3166-1 alpha-2.',
    madeFrom: '`ipAddress` and the country data',
    nullWhen: notLocated,
    compute: ({ address }) => address.countryCode,
  },
  {
    path: 'ip.countryCode',
    type: 'string',
    meaning: 'The same as `ip.location.country.countryCode`.',
    madeFrom: '`ipAddress` and the country data',
    nullWhen: notLocated,
    compute: ({ address }) => address.countryCode,
  },
  {
    path: 'ip.location.city',
    type: 'string',
    meaning: 'City of the address.',
    madeFrom: '`ipAddress` and the city file',
    nullWhen: `${notLocated}; always without a city file`,
    compute: ({ address }) => address.city,
  },
  {
    path: 'ip.location.latitude',
    type: 'number',
    meaning: 'Latitude of the city, in degrees.',
    madeFrom: '`ipAddress` and the city file',
    nullWhen: `${notLocated}; always without a city file`,
    compute: ({ address: { place } }) => coordinate(place, 'latitude'),
  },
  {
    path: 'ip.location.longitude',
    type: 'number',
    meaning: 'Longitude of the city, in degrees.',
    madeFrom: '`ipAddress` and the city file',
    nullWhen: `${notLocated}; always without a city file`,
    compute: ({ address: { place } }) => coordinate(place, 'longitude'),
  },
  {
    path: 'ip.asn',
    type: 'number',
    meaning: 'Autonomous system that announces the address.',
    madeFrom: '`ipAddress` and the ASN table',
    nullWhen: notLocated,
    compute: ({ address }) => address.asn,
  },
  {
    path: 'ip.asOrganization',
    type: 'string',
    meaning: 'Name of that autonomous system.',
    madeFrom: '`ipAddress` and the ASN table',
    nullWhen: notLocated,
    compute: ({ address }) => address.asOrganization,
  },
  {
    path: 'ip.isAnonymous',
    type: 'boolean',
    meaning: 'Whether the address is on a list of VPN, proxy, Tor or other anonymous exits.',
    madeFrom: '`ipAddress` and the lists the operator configured',
    nullWhen: `${noAddress}, or no list is configured`,
    compute: ({ address }) => address.isAnonymous,
  },
  {
    path: 'ip.countryCodeInOfacList',
    type: 'boolean',
    meaning: 'Whether the country is on the list of sanctioned countries.',
    madeFrom: 'the country of the address and the configured list',
    nullWhen: notLocated,
    compute: ({ address }) => address.isSanctionedCountry,
  },
  {
    path: 'ip.isInWhitelist',
    type: 'boolean',
    meaning: 'Whether the value list `ip-whitelist` contains the address, or a range with it.',
    madeFrom: '`ipAddress` and the value list with the alias `ip-whitelist`',
    nullWhen: `${noAddress}, or there is no such list`,
    compute: ({ address }) => address.isInWhitelist,
  },
  {
    path: 'ip.isUnrecognized',
    type: 'boolean',
    meaning: 'Whether the user has never verified from this address.',
    madeFrom: '`ipAddress` and the user’s actions that reached CHALLENGE_SUCCEEDED',
    nullWhen: noAddress,
    needs: 'addressSeen',
    compute: ({ address, history }) =>
      typeof address.text !== 'string'
        ? address.text
        : history.addressSeen === undefined
          ? UNKNOWN
          : !history.addressSeen,
  },
  {
    path: 'ip.impossibleTravel',
    type: 'boolean',
    meaning:
      'Whether the latest verified place is over 200 km away and too far to have travelled from at 1,000 km/h. Only compares countries if a city is not known.',
    madeFrom: 'the place of the address and the latest verified place',
    nullWhen: notLocated,
    needs: 'places',
    compute: impossibleTravel,
  },
  {
    path: 'ip.atypicalTravel',
    type: 'boolean',
    meaning:
      'Whether the place is over 500 km from every place verified in the last 90 days, or the travel is impossible.',
    madeFrom: 'the place of the address and the verified places',
    nullWhen: notLocated,
    needs: 'places',
    compute: atypicalTravel,
  },
];

// The middle of a country is good enough to compare countries, but it is not a person's location.
function coordinate(place: Parameters<Fact['compute']>[0]['address']['place'], axis: 'latitude' | 'longitude') {
  if (place === null || place === UNKNOWN) return place;
  return place.precision === 'city' ? place[axis] : null;
}
