import { normalEmail } from '../../core/authenticators/normal-email.ts';
import { readDataPoints } from '../../core/facts/data-points.ts';
import type { FactInputs, VerifiedPlace } from '../../core/facts/fact.ts';
import type { HistoryQuestion } from '../../core/rules/history-question.ts';
import { UNKNOWN } from '../../core/rules/value.ts';
import type { Unknown, Value } from '../../core/rules/value.ts';
import { countryCentroids } from '../../enrichment/country-centroids.ts';
import type { AddressDescription, Enrichment } from '../../enrichment/enrichment.ts';
import type { UserAgentDescription } from '../../enrichment/user-agent.ts';
import { placesMax, scannedMax } from '../../storage/queries/history.ts';
import type { History, HistoryQuestionRow, HistoryRequest } from '../../storage/queries/history.ts';
import type { PublishedAction, Tenant } from '../../storage/published.ts';

const placeWindowMs = 90 * 24 * 60 * 60 * 1000;

/** What the caller sent that facts are made from. */
export interface Sent {
  readonly ipAddress?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly deviceId?: string | undefined;
  /** Unknown where only a track will tell it (ruling 36). */
  readonly custom?: Readonly<Record<string, unknown>> | Unknown | undefined;
  readonly email?: string | undefined;
  readonly phoneNumber?: string | undefined;
}

/** What was sent, with what the data files say of it. */
export interface Seen {
  readonly sent: Sent;
  readonly address: AddressDescription;
  readonly agent: UserAgentDescription | 'unknown';
}

export function describeRequest(enrichment: Enrichment, sent: Sent): Seen {
  return {
    sent,
    address: enrichment.describeAddress(sent.ipAddress ?? null),
    agent: enrichment.describeUserAgent(sent.userAgent ?? null),
  };
}

/** What of the past the action's rules need: nothing more is read. */
export function historyRequest(
  key: Pick<HistoryRequest, 'tenantId' | 'userId' | 'actionCode' | 'idempotencyKey'>,
  action: PublishedAction,
  seen: Seen,
  nowMs: number,
): HistoryRequest {
  const { history } = action.compiled.needs;
  return {
    // Listed one by one: see issue-action-token.
    tenantId: key.tenantId,
    userId: key.userId,
    actionCode: key.actionCode,
    idempotencyKey: key.idempotencyKey,
    address: seen.address.address,
    deviceId: seen.sent.deviceId ?? null,
    placesSinceMs: nowMs - placeWindowMs,
    parts: action.plan.historyParts,
    questions: history.map(({ question }) => questionRow(question, nowMs)),
  };
}

function questionRow(question: HistoryQuestion, nowMs: number): HistoryQuestionRow {
  const since = (minutes: number) => nowMs - minutes * 60_000;
  switch (question.operator) {
    case 'actionCount':
      return {
        operator: question.operator,
        party: question.by,
        actionCode: question.actionCode,
        state: question.state,
        subject: '',
        sinceMs: since(question.minutes),
      };
    case 'distinctCount':
      return {
        operator: question.operator,
        party: question.by,
        actionCode: '*',
        state: '*',
        subject: question.what,
        sinceMs: since(question.minutes),
      };
    case 'customSum':
      return {
        operator: question.operator,
        party: question.by,
        actionCode: question.actionCode,
        state: '*',
        subject: question.name,
        sinceMs: since(question.minutes),
      };
    case 'minutesSince':
      return {
        operator: question.operator,
        // Only failures have no index of their own.
        party: question.event === 'challengeFailed' ? 'user' : 'none',
        actionCode: '*',
        state: '*',
        subject: question.event,
        sinceMs: 0,
      };
  }
}

/** The answers to the rules' velocity questions, by the key of each. */
export function historyAnswers(
  action: PublishedAction,
  { address }: Seen,
  history: History,
  nowMs: number,
): ReadonlyMap<string, number | null | Unknown> {
  return new Map(
    action.compiled.needs.history.map(({ key, question }, index): [string, number | null | Unknown] => {
      const answer = history.answers?.[index];
      if (answer === undefined || (address.isUnreadable && isByAddress(question))) return [key, UNKNOWN];
      // A window with more actions than are read, or with what could not be read, has an answer, but not one that we know.
      if (answer.scanned > scannedMax || answer.unread > 0) return [key, UNKNOWN];
      if (question.operator !== 'minutesSince') return [key, answer.value ?? 0];
      return [key, answer.value === null ? null : Math.max(0, nowMs - answer.value) / 60_000];
    }),
  );
}

/** Whether the question goes through the actions of the address at hand. */
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
  return {
    nowMs,
    timeZone: tenant.settings.timeZone,
    actionCode: key.actionCode,
    userId: key.userId,
    custom: sent.custom === UNKNOWN ? UNKNOWN : custom.sent.values,
    inheritedCustom: custom.inherited.values,
    user: {
      email: emailOf(sent.email ?? history.email),
      phoneNumber: sent.phoneNumber ?? history.phone_number ?? null,
      custom: custom.stored.values,
      createdAtMs: history.user_created_at ?? null,
      enrolledMethods: history.methods,
    },
    address: addressInputs(tenant, address),
    device: deviceInputs(seen),
    history: {
      ...(history.is_known_device === undefined
        ? {}
        : { devices: { isKnown: history.is_known_device, knownCount: history.known_devices ?? 0 } }),
      ...(history.held_until_ms === undefined ? {} : { heldUntilMs: history.held_until_ms }),
      ...(history.denied_at_ms === undefined ? {} : { deniedAtMs: history.denied_at_ms }),
      ...(history.has_verified === undefined ? {} : { hasVerified: history.has_verified }),
      ...(history.address_seen === undefined ? {} : { addressSeen: history.address_seen }),
      ...(history.places === undefined
        ? {}
        : {
            places: {
              verified: history.places.flatMap(verifiedPlace),
              nowhereAtMs: history.places.find((row) => row.is_place_unknown)?.verified_at_ms ?? null,
              isComplete: history.places.length < placesMax,
            },
          }),
    },
  };
}

function emailOf(email: string | null | undefined): string | null {
  return email === null || email === undefined ? null : normalEmail(email);
}

/** What was sent, or is stored on the user, and cannot be read, by the names that explanations call it. */
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
  // What only a track will tell is not there to be read.
  const given = (sent.custom === UNKNOWN ? {} : (sent.custom ?? {})) as Readonly<Record<string, Value>>;
  const ofUser = (history.user_custom ?? {}) as Readonly<Record<string, Value>>;
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

/** A member of what is known: null stays missing, the marker stays broken (ruling 8). */
function known<Whole extends object, Part>(
  whole: Whole | null | 'unknown',
  part: (whole: Whole) => Part,
): Part | null | Unknown {
  if (whole === 'unknown') return UNKNOWN;
  return whole === null ? null : part(whole);
}

function verifiedPlace(row: NonNullable<History['places']>[number]): readonly VerifiedPlace[] {
  if (row.country_code === null || row.is_place_unknown) return [];
  const centroid = countryCentroids.get(row.country_code);
  const { latitude, longitude } = row;
  const common = { countryCode: row.country_code, verifiedAtMs: row.verified_at_ms };
  if (latitude !== null && longitude !== null) return [{ ...common, latitude, longitude, precision: 'city' }];
  return centroid === undefined
    ? []
    : [{ ...common, latitude: centroid[0], longitude: centroid[1], precision: 'country' }];
}
