import { Refusal } from '../contract/errors.ts';
import { networkOf } from '../core/addresses/network-of.ts';
import { countedLimits } from '../core/pumping/counted-limits.ts';
import { isCountedAsAsked, isHeldBack, judgeText, trustOf } from '../core/pumping/judge-text.ts';
import type { CountedLimit, JudgedText, NumberFacts, TextVerdict } from '../core/pumping/judge-text.ts';
import { numberTypes, pumpingSettingsOf } from '../core/pumping/pumping-settings.ts';
import { numberRange } from '../core/pumping/number-range.ts';
import type { Context } from '../calls/context.ts';
import { RefusedText } from '../calls/refused-text.ts';
import type { Tenant } from '../storage/published.ts';
import { findReachedLimit, lockSending } from '../storage/queries/sent-messages.ts';
import type { CountedMessages, SendingLimit } from '../storage/queries/sent-messages.ts';
import { loadTextFacts, noCountry, recordText } from '../storage/queries/texts.ts';
import type { Sql } from '../storage/sql.ts';
import { hiddenName } from './contact-subject.ts';
import { userSubject } from './guess-subject.ts';
import { whyNoCountry } from './why-no-country.ts';
import { recordCounted } from './record-counted.ts';

/** One for all limits, so that it does not tell which one was reached. */
const retryAfterSeconds = 600;

interface TextToCount {
  readonly verificationMethod: string;
  readonly contact: { readonly value: string };
  readonly userId: string | undefined;
  readonly challengeId: string;
  readonly ipAddress: string | undefined;
  readonly nowMs: number;
  /** The names of the number and of the user, and the limit of messages that providers refused. */
  readonly ofContact: string;
  readonly ofUser: string | undefined;
  readonly ofRefused: SendingLimit;
}

/**
 * Judges a text and records it, in the transaction that creates its challenge. The locks of its range, number, user and
 * address make that exact over all nodes (decision 0041). Where the tenant refuses silently, the result says that the text
 * is withheld.
 * @throws {RefusedText} `too_many_requests`, or `invalid_request` for a number that never gets texts
 * @throws {Refusal} `invalid_configuration` if the tenant has chosen no country
 */
export async function countText(
  sql: Sql,
  context: Context,
  tenant: Tenant,
  message: TextToCount,
): Promise<CountedMessages> {
  const { tenantId } = tenant;
  const { verificationMethod, userId, challengeId, nowMs, ofContact, ofUser, ofRefused } = message;
  const phoneNumber = message.contact.value;
  const settings = pumpingSettingsOf(tenant.authenticatorConfigurations, verificationMethod);
  const why = whyNoCountry(tenant, verificationMethod);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);

  const { countryCode, numberType } = numberFacts(context, phoneNumber);
  const range = numberRange(phoneNumber);
  const address = addressName(context, tenant, message.ipAddress);
  const names = { range, number: ofContact, user: ofUser ?? null, address };
  const limits = countedLimits(settings, { verificationMethod, countryCode, ...names });
  await lockSending(sql, tenantId, limits);
  const refusedAs: CountedLimit = ofUser === undefined ? 'number_limit' : 'user_limit';
  const reached = await findReachedLimit(sql, tenantId, [...limits, { ...ofRefused, name: refusedAs }], nowMs);
  const storedCountry = countryCode ?? noCountry;
  const facts = await loadTextFacts(sql, {
    ...{ tenantId, userId, phoneNumber, nowMs },
    ...{ numberRange: range, numberName: ofContact, countryCode: storedCountry },
  });
  const verdict = judgeText(settings, { ...facts, phoneNumber, countryCode, numberType, reachedLimit: reached?.name });

  const isBack = isHeldBack(settings, verdict);
  const isTrusted = trustOf(settings, phoneNumber, facts.number) !== undefined;
  const row = {
    textId: challengeId,
    verificationMethod,
    askedAt: nowMs,
    countryCode: storedCountry,
    numberType,
    numberRange: range,
    numberName: ofContact,
    userName: userId === undefined ? null : userSubject(tenant, userId),
    addressName: address,
    isOwn: facts.isOwn,
    isTrusted,
    isSent: !isBack,
    reason: verdict.reason,
    isAsked: isBack ? isCountedAsAsked(verdict.reason) : !isTrusted,
  };
  const isSilent = settings.refusal === 'silent';
  const text = judged(challengeId, storedCountry, verdict, isBack, isSilent);
  if (isBack && !isSilent) throw refusalOf(text, (db) => recordText(db, tenantId, row));
  await recordText(sql, tenantId, row);
  if (isBack) return { messageIds: [], asRefused: [], text };
  const counted = await recordCounted(sql, context, tenant, distinct(limits), ofRefused.subject, nowMs);
  return { ...counted, text };
}

function judged(
  textId: string,
  countryCode: string,
  { isRefused, reason }: TextVerdict,
  isBack: boolean,
  isSilent: boolean,
): JudgedText {
  const heldBack = isSilent ? 'withheld' : 'refused';
  return { textId, countryCode, reason, result: isBack ? heldBack : isRefused ? 'monitored' : 'sent' };
}

function refusalOf(text: JudgedText, record: RefusedText['record']): RefusedText {
  // Anybody can read the type of a number from its digits, and which countries are served from the page.
  return text.reason === 'country' || text.reason === 'number_type'
    ? new RefusedText(
        'invalid_request',
        'Codes cannot be sent to this number. Use another one.',
        undefined,
        text,
        record,
      )
    : new RefusedText(
        'too_many_requests',
        'Too many codes were sent. Try again later, or use another method.',
        retryAfterSeconds,
        text,
        record,
      );
}

/** The country and type of a number: by its digits, unless a look-up knows better. */
export function numberFacts({ enrichment }: Pick<Context, 'enrichment'>, phoneNumber: string): NumberFacts {
  const known = enrichment.describeNumber(phoneNumber);
  return {
    countryCode: known?.countryCode ?? null,
    numberType: numberTypes.find((type) => type === known?.type) ?? 'UNKNOWN',
  };
}

/** One name for the addresses of one subscriber; null for an address that says nothing about who asks. */
function addressName({ enrichment }: Context, tenant: Tenant, ipAddress: string | undefined): string | null {
  const { address, scope } = enrichment.describeAddress(ipAddress ?? null);
  if (address === null || scope !== 'public') return null;
  return `address:${hiddenName(tenant, ['address', networkOf(address)])}`;
}

/** Each subject once, whatever limits it has. */
function distinct<Subject extends { readonly subject: string }>(subjects: readonly Subject[]): readonly Subject[] {
  return [...new Map(subjects.map((one) => [one.subject, one])).values()];
}
