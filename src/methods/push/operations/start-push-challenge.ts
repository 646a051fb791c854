import { startPushChallenge as route } from '../contract.ts';
import { Refusal } from '../../../contract/errors.ts';
import { hasExpired } from '../../../core/authenticators/expiry.ts';
import { assuranceOf } from '../../assurance-of.ts';
import { countSendToUser } from '../../../counting/sending-limits.ts';
import { pushNumber } from '../../../proving/apps/push-number.ts';
import { holdAction } from '../../../proving/hold-action.ts';
import { openAction } from '../../../proving/open-action.ts';
import type { OpenAction } from '../../../proving/open-action.ts';
import { findOwn } from '../../../proving/own-authenticator.ts';
import { permitAssurance, requireUsable } from '../../../proving/permit.ts';
import type { AuthenticatorRow } from '../../../storage/queries/authenticators.ts';
import {
  createPushRequest,
  loadOpenPushRequest,
  loadPastPushRequests,
} from '../../../storage/queries/challenges/push-requests.ts';
import type { PushRequestRow } from '../../../storage/queries/challenges/push-requests.ts';
import { choosePageLocale } from '../../../texts/page-locale.ts';
import { sendPush } from '../../../telling/send-push.ts';
import { omitAbsent } from '../../../views/omit-absent.ts';
import { wireTime } from '../../../views/wire-values.ts';
import { operation } from '../../../operations/operation.ts';
import { recordAudit } from '../../../calls/record-audit.ts';

const method = 'PUSH';
const minuteMs = 60_000;
const lifetimeMs = 10 * minuteMs;
// Few enough that nobody is worn down into approving (A25, N25).
const requestsMax = 3;
const windowMs = 5 * minuteMs;
/** No request for so long after the user refused one, or said that it was not them. */
const coolDownMs = { refused: 5 * minuteMs, denied: 60 * minuteMs } as const;

export const startPushChallenge = operation(route, async (context, request) => {
  const action = await openAction(context, request.caller);
  const { tenant, key, token, row } = action;
  const { body } = request;
  if (body.action !== undefined && body.action !== key.actionCode) {
    throw new Refusal('invalid_request', 'action must be the action of the token. Leave it out, or track that action.');
  }
  const isMatched = body.numberMatching === true;
  if (!isMatched && !tenant.settings.allowPlainPushApproval) {
    throw new Refusal(
      'invalid_configuration',
      'Send numberMatching: true and show the verificationCode, or set allowPlainPushApproval of the tenant.',
    );
  }
  requireUsable(action, method);
  const phones = phonesOf(action, body.userAuthenticatorId);
  permitAssurance(action, { method, assurance: assuranceOf(method, isMatched ? 'verified' : 'plain') }, phones);
  const challengeId = context.runtime.ids.uuid();
  const { scope, given, proven, isRecovered } = token;
  const state = {
    actionId: token.actionId,
    powers: { scope, given, proven, isRecovered },
    asked: phones.map(({ authenticatorId }) => authenticatorId),
    isMatched,
  };
  const begun = await context.db.transaction(async (sql) => {
    await holdAction(sql, action);
    const nowMs = context.runtime.clock.now();
    const open = await loadOpenPushRequest(sql, key.tenantId, key.userId, nowMs);
    if (body.unlessOpen === true && open !== undefined && isSame(open, action, state)) {
      return { challengeId: open.challengeId, expiresAtMs: open.expiresAt, isNew: false };
    }
    requireFew(await loadPastPushRequests(sql, key.tenantId, key.userId, nowMs - windowMs), nowMs);
    await countSendToUser(sql, context, tenant, { verificationMethod: method, userId: key.userId, nowMs });
    const expiresAtMs = nowMs + lifetimeMs;
    await createPushRequest(sql, { key, challengeId, scope, state, expiresAtMs, nowMs });
    const data = { challengeId, verificationMethod: method, authenticatorIds: state.asked, isNumberMatched: isMatched };
    await recordAudit(sql, context, route, request, key.userId, data);
    return { challengeId, expiresAtMs, isNew: true };
  });
  const { expiresAtMs, isNew } = begun;
  const { ipAddress, userAgent } = row;
  const locale = choosePageLocale([row.locale, row.userLocale, request.acceptLanguage]);
  const push = { key, challengeId, expiresAtMs, locale, phones, ipAddress, userAgent };
  const results = isNew ? await sendPush(context, tenant, push) : undefined;
  return omitAbsent({
    challengeId: begun.challengeId,
    deliveryResults: results === undefined ? undefined : [...results],
    verificationCode: isMatched ? pushNumber(tenant, begun.challengeId) : undefined,
    expiresAt: wireTime(expiresAtMs),
  });
});

/** The phones to ask: the named one, or all of the user's. */
function phonesOf(
  { verified, nowMs }: OpenAction,
  userAuthenticatorId: string | undefined,
): readonly AuthenticatorRow[] {
  const phones = verified.filter((row) => row.verificationMethod === method && !hasExpired(row, nowMs));
  if (userAuthenticatorId !== undefined) return [findOwn(phones, userAuthenticatorId)];
  if (phones.length > 0) return phones;
  throw new Refusal('invalid_request', 'The user has no app that is registered for push.');
}

/** Whether an open request is what would be made now: for the same action, with the same powers, to the same phones. */
function isSame(open: PushRequestRow, { key }: OpenAction, state: PushRequestRow['state']): boolean {
  const powersOf = ({ actionId, powers, asked, isMatched }: PushRequestRow['state']) => {
    const { scope, given, proven, isRecovered } = powers as Readonly<Record<string, unknown>>;
    return JSON.stringify([actionId, scope, given, proven, isRecovered, asked, isMatched]);
  };
  return open.actionCode === key.actionCode && powersOf(open.state) === powersOf(state);
}

/** @throws {Refusal} `too_many_requests` */
function requireFew(
  { madeAt, refusedAt, deniedAt }: Awaited<ReturnType<typeof loadPastPushRequests>>,
  nowMs: number,
): void {
  const ends = [
    madeAt.length >= requestsMax ? (madeAt.at(-requestsMax) ?? nowMs) + windowMs : 0,
    refusedAt === null ? 0 : refusedAt + coolDownMs.refused,
    deniedAt === null ? 0 : deniedAt + coolDownMs.denied,
  ];
  const waitMs = Math.max(...ends) - nowMs;
  if (waitMs <= 0) return;
  throw new Refusal(
    'too_many_requests',
    'The user was asked too often, or has just refused. Offer another method, or ask again later.',
    Math.ceil(waitMs / 1000),
  );
}
