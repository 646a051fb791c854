import { isE164 } from '../core/authenticators/is-e164.ts';
import { normalEmail } from '../core/authenticators/normal-email.ts';
import { readDataPoints } from '../core/facts/data-points.ts';
import type { FactInputs, VerifiedPlace } from '../core/facts/fact.ts';
import type { HistoryQuestion } from '../core/rules/history-question.ts';
import { UNKNOWN } from '../core/rules/value.ts';
import type { Unknown, Value } from '../core/rules/value.ts';
import { countryCentroids } from '../enrichment/country-centroids.ts';
import type { AddressDescription, Enrichment } from '../enrichment/enrichment.ts';
import type { UserAgentDescription } from '../enrichment/user-agent.ts';
import { placesMax, scannedMax } from '../storage/queries/history.ts';
import type { History, HistoryRequest, WindowAnswer } from '../storage/queries/history.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import { partyId } from './party-id.ts';
import { seriesQuestion } from './series-question.ts';

const placeWindowMs = 90 * 24 * 60 * 60 * 1000;

/** What the caller sent that facts are made from. */
export interface Sent {
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Unknown if only a track will send it (ruling 36). */
  readonly custom?: Readonly<Record<string, unknown>> | Unknown | undefined;
  readonly email?: string | undefined;
  readonly phoneNumber?: string | undefined;
}

/** What was sent, with what the data files say about it. */
export interface Seen {
  readonly sent: Sent;
  readonly address: AddressDescription;
  readonly agent: UserAgentDescription | 'unknown';
  readonly describeNumber: Enrichment['describeNumber'];
}

export function describeRequest(enrichment: Enrichment, sent: Sent): Seen {
  return {
    sent,
    address: enrichment.describeAddress(sent.ipAddress ?? null),
    agent: enrichment.describeUserAgent(sent.userAgent ?? null),
    describeNumber: enrichment.describeNumber,
  };
}

/** The parts of the history that the action's rules need; nothing more is read. */
export function historyRequest(
  key: Pick<HistoryRequest, 'tenantId' | 'userId' | 'actionCode' | 'idempotencyKey'>,
  isNewKey: boolean,
  action: PublishedAction,
  seen: Seen,
  parties: ReturnType<typeof partiesOf>,
  nowMs: number,
): HistoryRequest {
  const asked = action.compiled.needs.history.map(({ question }) => question);
  return {
    // Listed one by one: see issue-action-token.
    tenantId: key.tenantId,
    userId: key.userId,
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    isNewKey,
    address: seen.address.address,
    deviceId: seen.sent.deviceId ?? null,
    ...parties,
    placesSinceMs: nowMs - placeWindowMs,
    parts: action.plan.historyParts,
    questions: asked.flatMap((question) => {
      const series = seriesQuestion(question);
      if (series === undefined || !('minutes' in question)) return [];
      return [{ ...series, sinceMs: nowMs - question.minutes * 60_000 }];
    }),
    asksEvents: asked.some(({ operator }) => operator === 'minutesSince'),
  };
}

/** What the actions of the address and the device are counted by. */
export function partiesOf(tenant: Tenant, { sent, address }: Seen) {
  return {
    addressParty: partyId(tenant, 'ip', address.address),
    deviceParty: partyId(tenant, 'device', sent.deviceId ?? null),
  };
}

/** The answers to the rules' velocity questions, by the key of each. */
export function historyAnswers(
  action: PublishedAction,
  { address }: Seen,
  history: History,
  nowMs: number,
): ReadonlyMap<string, number | null | Unknown> {
  const answers = [...(history.answers ?? [])];
  return new Map(
    action.compiled.needs.history.map(({ key, question }): [string, number | null | Unknown] => {
      if (question.operator === 'minutesSince') {
        const last = read(history.events?.[question.event]);
        return [key, typeof last === 'number' ? Math.max(0, nowMs - last) / 60_000 : last];
      }
      // In the order in which they were asked.
      const answer = read(answers.shift());
      return [key, address.isUnreadable && isByAddress(question) ? UNKNOWN : (answer ?? 0)];
    }),
  );
}

/** If there is more of the past than is read, or unreadable, there is an answer, but it is not known. */
function read(answer: WindowAnswer | undefined): number | null | Unknown {
  return answer === undefined || answer.scanned > scannedMax || answer.unread > 0 ? UNKNOWN : answer.value;
}

/** Whether the question is about the actions of the current address. */
export function isByAddress(question: HistoryQuestion): boolean {
  return 'by' in question && question.by === 'ip';
}

/** Puts together everything that facts are computed from. */
export function factInputs(
  tenant: Tenant,
  key: { readonly userId: string; readonly actionCode: string },
  seen: Seen,
  history: History,
  nowMs: number,
): FactInputs {
  const { sent, address } = seen;
  const custom = readCustom(tenant, seen, history);
  const phoneNumber = sent.phoneNumber ?? history.phoneNumber ?? null;
  // Read only where a rule asks: most do not, and numbering plans are large.
  const number = () => seen.describeNumber(phoneNumber !== null && isE164(phoneNumber) ? phoneNumber : null);
  return {
    nowMs,
    timeZone: tenant.settings.timeZone,
    actionCode: key.actionCode,
    userId: key.userId,
    custom: sent.custom === UNKNOWN ? UNKNOWN : custom.sent.values,
    inheritedCustom: custom.inherited.values,
    user: {
      email: emailOf(sent.email ?? history.email),
      phoneNumber,
      get phoneNumberType() {
        return number()?.type ?? null;
      },
      get simChangedAtMs() {
        return number()?.simChangedAtMs ?? null;
      },
      custom: custom.stored.values,
      createdAtMs: history.userCreatedAt ?? null,
      enrolledMethods: history.methods,
    },
    address: addressInputs(tenant, address),
    device: deviceInputs(seen),
    history: {
      ...(history.isKnownDevice === undefined
        ? {}
        : {
            devices: {
              isKnown: history.isKnownDevice,
              knownCount: history.knownDevices ?? 0,
              rememberedUntilMs: history.rememberedUntilMs ?? null,
              theftAtMs: history.deviceTheftAtMs ?? null,
            },
          }),
      ...(history.heldUntilMs === undefined ? {} : { heldUntilMs: history.heldUntilMs }),
      ...(history.deniedAtMs === undefined ? {} : { deniedAtMs: history.deniedAtMs }),
      ...(history.hasVerified === undefined ? {} : { hasVerified: history.hasVerified }),
      ...(history.addressSeen === undefined ? {} : { addressSeen: history.addressSeen }),
      ...(history.places === undefined
        ? {}
        : {
            places: {
              verified: history.places.flatMap(verifiedPlace),
              nowhereAtMs: history.places.find((row) => row.isPlaceUnknown)?.verifiedAtMs ?? null,
              isComplete: history.places.length < placesMax,
            },
          }),
    },
  };
}

function emailOf(email: string | null | undefined): string | null {
  return email === null || email === undefined ? null : normalEmail(email);
}

/** The unreadable values, sent or stored on the user, by the names that explanations use. */
export function unreadableInputs(tenant: Tenant, seen: Seen, history: History): readonly string[] {
  const { given, sent, inherited, stored } = readCustom(tenant, seen, history);
  return [
    ...(seen.address.isUnreadable ? ['ipAddress'] : []),
    ...[...sent.unreadable, ...inherited.unreadable.filter((name) => !isGiven(given, name))].map(
      (name) => `custom.${name}`,
    ),
    ...stored.unreadable.map((name) => `user.custom.${name}`),
  ];
}

function isGiven(custom: Readonly<Record<string, Value>>, name: string): boolean {
  return Object.hasOwn(custom, name) && custom[name] !== null;
}

function readCustom({ dataPointTypes: types }: Tenant, { sent }: Seen, history: History) {
  // Data that only a track will send cannot be read yet.
  const given = (sent.custom === UNKNOWN ? {} : (sent.custom ?? {})) as Readonly<Record<string, Value>>;
  const ofUser = (history.userCustom ?? {}) as Readonly<Record<string, Value>>;
  return {
    given,
    sent: readDataPoints(given, types.sent),
    inherited: readDataPoints(ofUser, types.inherited),
    stored: readDataPoints(ofUser, types.stored),
  };
}

function addressInputs(
  tenant: Tenant,
  { address, isUnreadable, country, place, network, ...rest }: AddressDescription,
): FactInputs['address'] {
  const countryCode = known(country, ({ countryCode: code }) => code);
  return {
    text: isUnreadable ? UNKNOWN : address,
    countryCode,
    place: known(place, ({ latitude, longitude, precision }) => ({
      latitude,
      longitude,
      precision,
      countryCode: countryCode === UNKNOWN ? null : countryCode,
    })),
    city: known(place, ({ city }) => city),
    asn: known(network, ({ asn }) => asn),
    asOrganization: known(network, ({ asOrganization }) => asOrganization),
    isAnonymous: rest.isAnonymous === 'unknown' ? UNKNOWN : rest.isAnonymous,
    isSanctionedCountry: rest.isSanctionedCountry === 'unknown' ? UNKNOWN : rest.isSanctionedCountry,
    isInWhitelist: isUnreadable ? UNKNOWN : address === null ? null : (tenant.whitelist?.contains(address) ?? null),
  };
}

function deviceInputs({ sent, agent }: Seen): FactInputs['device'] {
  return {
    id: sent.deviceId ?? null,
    browserName: known(agent, ({ browser }) => browser.name),
    osName: known(agent, ({ os }) => os.name),
    isMobile: known(agent, ({ isMobile }) => isMobile),
    isBot: known(agent, ({ isBot }) => (isBot === 'unknown' ? UNKNOWN : isBot)),
  };
}

/** A member of a value. Null stays missing, and what could not be read stays unknown (ruling 8). */
function known<Whole extends object, Part>(
  whole: Whole | null | 'unknown',
  part: (whole: Whole) => Part,
): Part | null | Unknown {
  if (whole === 'unknown') return UNKNOWN;
  return whole === null ? null : part(whole);
}

function verifiedPlace(row: NonNullable<History['places']>[number]): readonly VerifiedPlace[] {
  if (row.countryCode === null || row.isPlaceUnknown) return [];
  const centroid = countryCentroids.get(row.countryCode);
  const { latitude, longitude } = row;
  const common = { countryCode: row.countryCode, verifiedAtMs: row.verifiedAtMs };
  if (latitude !== null && longitude !== null) return [{ ...common, latitude, longitude, precision: 'city' }];
  return centroid === undefined
    ? []
    : [{ ...common, latitude: centroid[0], longitude: centroid[1], precision: 'country' }];
}
