import { Refusal } from '../../contract/errors.ts';
import { closedStates } from '../../core/actions/closed-states.ts';
import { initiateChallenge as route } from '../../contract/server/challenges.ts';
import { contactOf, emailContact, isReachable, phoneContact } from '../../core/authenticators/contact.ts';
import type { Contact, ContactColumns } from '../../core/authenticators/contact.ts';
import { isHeld } from '../../core/authenticators/hold.ts';
import { isVerified } from '../../core/is-verified.ts';
import { codeMinutes, newCode, storedCode } from '../../proving/challenge-code.ts';
import { countSend } from '../../counting/sending-limits.ts';
import { manifestOf, manifests } from '../../methods/manifests.ts';
import type { Tenant } from '../../storage/published.ts';
import { loadAuthenticators } from '../../storage/queries/authenticators.ts';
import {
  createChallenge,
  createResend,
  isCodeChallenge,
  loadChallenge,
} from '../../storage/queries/challenges/of-backends.ts';
import { loadUser, lockOrCreateUser } from '../../storage/queries/users.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import { isUuid } from '../../calls/is-uuid.ts';
import { operation } from '../operation.ts';
import type { Context } from '../../calls/context.ts';
import { loggingLimits } from '../../calls/log-challenge.ts';
import type { Sql } from '../../storage/sql.ts';
import type { KeyRequest } from '../../calls/request.ts';
import { recordAudit } from '../../calls/record-audit.ts';
import { loadActionWords } from '../../telling/action-words.ts';
import { sendCodeMessage } from '../../telling/send-code-message.ts';
import { sendCounted, sendMsMax } from '../../telling/send-counted.ts';
import { whyUnusable } from '../../telling/usable-methods.ts';
import { establishAction } from '../../deciding/establish-action.ts';
import { isOfClientApi } from '../../proving/is-of-client-api.ts';
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
  const contact =
    givenContact(verificationMethod, body) ?? (await knownContact(context, tenant, verificationMethod, body));
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
  const { action: actionCode, userId } = body;
  const logged = { userId, actionCode, idempotencyKey, verificationMethod, contact };
  const said = await loadActionWords(context, tenant, verificationMethod, {
    userId,
    actionCode,
    idempotencyKey,
    custom,
  });
  const begin = async (sql: Sql) => {
    // The challenge refers to the user's row, which another request could be deleting.
    const user =
      body.userId === undefined
        ? undefined
        : await lockOrCreateUser(sql, tenant.tenantId, body.userId, { ownId: runtime.ids.uuid(), nowMs });
    const messages = await countSend(sql, context, tenant, {
      verificationMethod,
      contact,
      userId: body.userId,
      challengeId,
      ipAddress: body.ipAddress,
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
  };
  const started = await loggingLimits(context, tenant, logged, () => db.transaction(begin));
  const { messages, userLocale } = started;
  const language = choosePageLocale([locale, userLocale, request.acceptLanguage]);
  await sendCounted(context, tenant, { challengeId, userId, channel: verificationMethod, messages, logged }, () =>
    sendCodeMessage(context, tenant, {
      ...{ verificationMethod, to: contact, code, validMinutes: codeMinutes, locale: language },
      ...{ about: logged, said },
    }),
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
    challenge.expiresAt <= nowMs
  ) {
    throw notOpen();
  }
  const contact = contactOf(challenge);
  if (contact === undefined) throw notOpen();
  if (isVerified(challenge)) throw new Refusal('invalid_request', 'The challenge is verified already.');
  const { verificationMethod, userId } = challenge;
  const user = userId === null ? undefined : await loadUser(db, tenant.tenantId, userId);
  const locale = choosePageLocale([body.locale, challenge.request.locale, user?.locale, request.acceptLanguage]);
  const code = newCode(context, tenant, verificationMethod);
  const expiresAtMs = nowMs + codeMinutes * 60_000;
  const resend = {
    tenantId: tenant.tenantId,
    resendOf: challenge.challengeId,
    challengeId: runtime.ids.uuid(),
    code: storedCode(tenant, challenge.challengeId, code),
    nowMs,
    expiresAtMs,
    outUntilMs: nowMs + sendMsMax,
  };
  const { actionCode, idempotencyKey } = challenge;
  const logged = { userId: userId ?? undefined, actionCode, idempotencyKey, verificationMethod, contact };
  const { custom } = challenge.request;
  const asked = { userId: userId ?? undefined, actionCode, idempotencyKey, custom };
  const said = await loadActionWords(context, tenant, verificationMethod, asked);
  const begin = async (sql: Sql) => {
    const counted = await countSend(sql, context, tenant, {
      verificationMethod,
      contact,
      userId: userId ?? undefined,
      challengeId: resend.challengeId,
      ipAddress: challenge.request.ipAddress,
      nowMs,
    });
    if (!(await createResend(sql, resend))) throw notOpen();
    await recordAudit(sql, context, route, request, userId ?? undefined, {
      challengeId,
      verificationMethod,
      resent: true,
    });
    return counted;
  };
  const messages = await loggingLimits(context, tenant, logged, () => db.transaction(begin));
  const counted = {
    ...{ challengeId: resend.challengeId, userId: userId ?? undefined },
    ...{ channel: verificationMethod, messages, logged },
  };
  await sendCounted(context, tenant, counted, () =>
    sendCodeMessage(context, tenant, {
      ...{ verificationMethod, to: contact, code, validMinutes: codeMinutes, locale },
      ...{ about: logged, said },
    }),
  );
  return { challengeId, idempotencyKey: challenge.idempotencyKey, expiresAt: Math.floor(expiresAtMs / 1000) };
}

function notOpen(): Refusal {
  return new Refusal('not_found', 'There is no open challenge with this challengeId.');
}

const sentByBackends = manifests
  .flatMap(({ verificationMethod, isSentByBackends }) => (isSentByBackends ? [verificationMethod] : []))
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ');

function checkedMethod(context: Context, tenant: Tenant, body: Body): string {
  const method = body.smsChannel === 'WHATSAPP' ? 'WHATSAPP' : body.verificationMethod;
  if (method === undefined) throw new Refusal('invalid_request', 'verificationMethod is required.');
  if (manifestOf(method)?.isSentByBackends !== true) {
    throw new Refusal('invalid_request', `verificationMethod must be ${sentByBackends}.`);
  }
  // Throws before anything is counted or created, if there is no provider to deliver it.
  const why = whyUnusable(context, tenant, method);
  if (why !== undefined) throw new Refusal('invalid_configuration', why);
  return method;
}

/** The contact in the request, of the kind that the method sends to. */
function givenContact(method: string, { email, phoneNumber }: Body): Contact | undefined {
  if (isByPhone(method)) return phoneNumber === undefined ? undefined : phoneContact(phoneNumber);
  return email === undefined ? undefined : emailContact(email);
}

function isByPhone(method: string): boolean {
  return manifestOf(method)?.channel === 'phoneNumber';
}

/**
 * Where a known user is reached: the contact of the authenticator that would be proven unless it is held, for WhatsApp
 * also that of the one for text messages, otherwise the user's own.
 * @throws {Refusal} `invalid_request` if there is none that messages can be sent to
 */
async function knownContact(
  { db: sql, runtime }: Context,
  tenant: Tenant,
  method: string,
  { userId }: Body,
): Promise<Contact> {
  const name = isByPhone(method) ? 'phoneNumber' : 'email';
  const missing = new Refusal('invalid_request', `${name} is required for ${method}.`);
  if (userId === undefined) throw missing;
  const nowMs = runtime.clock.now();
  const authenticators = await loadAuthenticators(sql, tenant.tenantId, userId);
  const usable = authenticators.filter((row) => isVerified(row) && !isHeld(row, nowMs));
  const enrolledFor = (wanted: string) => usable.find((row) => row.verificationMethod === wanted);
  const enrolled = enrolledFor(method) ?? (method === 'WHATSAPP' ? enrolledFor('SMS') : undefined);
  const own = (enrolled && contactOf(enrolled)) ?? (await ownContact(sql, tenant, userId, name));
  if (own === undefined) throw missing;
  if (isReachable(own)) return own;
  throw new Refusal(
    'invalid_request',
    `The user’s number is not in E.164 form: send phoneNumber, such as +6427123456.`,
  );
}

async function ownContact(sql: Sql, tenant: Tenant, userId: string, name: keyof ContactColumns) {
  const user = await loadUser(sql, tenant.tenantId, userId);
  return user && contactOf({ email: null, phoneNumber: null, [name]: user[name] });
}
