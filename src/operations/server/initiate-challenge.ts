import { Refusal } from '../../contract/errors.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import { initiateChallenge as route } from '../../contract/server/challenges.ts';
import { contactOf, emailContact } from '../../core/authenticators/contact.ts';
import { isHeld } from '../../core/authenticators/hold.ts';
import { codeMinutes, newCode, storedCode } from '../../proving/challenge-code.ts';
import { countSend } from '../../proving/sending-limits.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import { createChallenge, createResend, isCodeChallenge, loadChallenge } from '../../storage/queries/challenges.ts';
import { loadUser, lockOrCreateUser } from '../../storage/queries/users.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { isUuid } from '../is-uuid.ts';
import { operation } from '../operation.ts';
import type { Context, KeyRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { sendCodeMail } from '../send-code-mail.ts';
import { sendCounted, sendMsMax } from '../send-counted.ts';
import { whyUnusable } from '../usable-methods.ts';
import { establishAction } from './establish-action.ts';
import { isOfClientApi } from './is-of-client-api.ts';
import type { z } from 'zod';

type Body = z.output<typeof route.body>;

export const initiateChallenge = operation(route, async (context, request) => {
  const { tenant } = request.caller;
  const { body } = request;
  return body.challengeId === undefined
    ? startChallenge(context, tenant, request, body)
    : resendCode(context, tenant, request, body, body.challengeId);
});

async function startChallenge(context: Context, tenant: Tenant, request: KeyRequest<typeof route>, body: Body) {
  const { runtime, db } = context;
  const verificationMethod = checkedMethod(context, tenant, body);
  if (body.action === undefined) throw new Refusal('invalid_request', 'action is required.');
  const email = body.email ?? (await knownEmail(context, tenant, body.userId));
  if (email === undefined) throw new Refusal('invalid_request', `email is required for ${verificationMethod}.`);

  const contact = emailContact(email);
  const nowMs = runtime.clock.now();
  const challengeId = runtime.ids.uuid();
  const idempotencyKey = body.idempotencyKey ?? runtime.ids.uuid();
  const { ipAddress, userAgent, deviceId, custom, locale } = body;
  const sent = { ipAddress, userAgent, deviceId, custom, locale };
  if (body.userId !== undefined) {
    const key = { tenantId: tenant.tenantId, userId: body.userId, actionCode: body.action, idempotencyKey };
    const { state } = await establishAction(context, tenant, key, 'challenge', sent);
    if (closedStates.includes(state)) {
      throw new Refusal('forbidden', `The action is ${state}: it cannot be challenged.`);
    }
  }

  const code = newCode(context, tenant, verificationMethod);
  const expiresAtMs = nowMs + codeMinutes * 60_000;
  const started = await db.transaction(async (sql) => {
    // The challenge hangs on the user's row, which somebody could be deleting.
    const user =
      body.userId === undefined ? undefined : await lockOrCreateUser(sql, tenant.tenantId, body.userId, nowMs);
    const messages = await countSend(sql, context, tenant, {
      verificationMethod,
      contact,
      userId: body.userId,
      nowMs,
    });
    await createChallenge(sql, {
      tenantId: tenant.tenantId,
      challengeId,
      verificationMethod,
      userId: body.userId,
      actionCode: body.action ?? '',
      idempotencyKey,
      contact,
      scope: body.scope ?? '',
      request: sent,
      code: storedCode(tenant, challengeId, code),
      nowMs,
      expiresAtMs,
      outUntilMs: nowMs + sendMsMax,
    });
    await recordAudit(sql, context, route, request, body.userId, { challengeId, verificationMethod });
    return { messages, userLocale: user?.locale };
  });
  const { messages, userLocale } = started;
  const language = choosePageLocale([locale, userLocale, request.acceptLanguage]);
  await sendCounted(context, tenant, { challengeId, userId: body.userId, messages }, () =>
    sendCodeMail(context, tenant, { to: contact, code, validMinutes: codeMinutes, locale: language }),
  );
  return { challengeId, idempotencyKey, expiresAt: Math.floor(expiresAtMs / 1000) };
}

async function resendCode(
  context: Context,
  tenant: Tenant,
  request: KeyRequest<typeof route>,
  body: Body,
  challengeId: string,
) {
  const { runtime, db } = context;
  const nowMs = runtime.clock.now();
  const challenge = isUuid(challengeId) ? await loadChallenge(db, tenant.tenantId, challengeId) : undefined;
  if (
    challenge === undefined ||
    isOfClientApi(challenge) ||
    !isCodeChallenge(challenge) ||
    challenge.expires_at <= nowMs
  ) {
    throw notOpen();
  }
  const contact = contactOf(challenge);
  if (contact === undefined) throw notOpen();
  if (challenge.verified_at !== null) throw new Refusal('invalid_request', 'The challenge is verified already.');
  const { verification_method: verificationMethod, user_id: userId } = challenge;
  const user = userId === null ? undefined : await loadUser(db, tenant.tenantId, userId);
  const locale = choosePageLocale([body.locale, challenge.request.locale, user?.locale, request.acceptLanguage]);
  const code = newCode(context, tenant, verificationMethod);
  const expiresAtMs = nowMs + codeMinutes * 60_000;
  const resend = {
    tenantId: tenant.tenantId,
    resendOf: challenge.challenge_id,
    challengeId: runtime.ids.uuid(),
    code: storedCode(tenant, challenge.challenge_id, code),
    nowMs,
    expiresAtMs,
    outUntilMs: nowMs + sendMsMax,
  };
  const messages = await db.transaction(async (sql) => {
    const message = { verificationMethod, contact, userId: userId ?? undefined, nowMs };
    const counted = await countSend(sql, context, tenant, message);
    if (!(await createResend(sql, resend))) throw notOpen();
    await recordAudit(sql, context, route, request, userId ?? undefined, {
      challengeId,
      verificationMethod,
      resent: true,
    });
    return counted;
  });
  const counted = { challengeId: resend.challengeId, userId: userId ?? undefined, messages };
  await sendCounted(context, tenant, counted, () =>
    sendCodeMail(context, tenant, { to: contact, code, validMinutes: codeMinutes, locale }),
  );
  return { challengeId, idempotencyKey: challenge.idempotency_key, expiresAt: Math.floor(expiresAtMs / 1000) };
}

function notOpen(): Refusal {
  return new Refusal('not_found', 'There is no open challenge with this challengeId.');
}

function checkedMethod(context: Context, tenant: Tenant, body: Body): string {
  const method = body.smsChannel === 'WHATSAPP' ? 'WHATSAPP' : body.verificationMethod;
  if (method === undefined) throw new Refusal('invalid_request', 'verificationMethod is required.');
  if (method !== 'EMAIL_OTP' && method !== 'SMS' && method !== 'WHATSAPP') {
    throw new Refusal('invalid_request', 'verificationMethod must be EMAIL_OTP, SMS or WHATSAPP.');
  }
  // Refused before anything is counted or made, if there is nobody to deliver it.
  const why = whyUnusable(context, tenant, method);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
  return method;
}

/** The address of a known user: of the authenticator that would be proven, but for one that is held, else the user's own. */
async function knownEmail(
  { db: sql, runtime }: Context,
  tenant: Tenant,
  userId: string | undefined,
): Promise<string | undefined> {
  if (userId === undefined) return undefined;
  const nowMs = runtime.clock.now();
  const authenticators = await loadAuthenticators(sql, tenant.tenantId, userId);
  const enrolled = authenticators.find(
    (row) => row.verification_method === 'EMAIL_OTP' && row.verified_at !== null && !isHeld(row, nowMs),
  );
  return enrolled?.email ?? (await loadUser(sql, tenant.tenantId, userId))?.email ?? undefined;
}
