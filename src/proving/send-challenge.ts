import type { Route } from '../contract/route.ts';
import type { SentMessage } from '../contract/client/values.ts';
import { contactColumns } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { isVerified } from '../core/is-verified.ts';
import { codeMinutes } from './challenge-code.ts';
import { holdAction } from './hold-action.ts';
import type { OpenAction } from './open-action.ts';
import { requireUsable } from './permit.ts';
import { contactSubject } from '../counting/contact-subject.ts';
import { countSend } from '../counting/sending-limits.ts';
import { loadContactMark } from '../storage/queries/contact-marks.ts';
import { createActionChallenge } from '../storage/queries/challenges/of-actions.ts';
import { discardUnsentAuthenticators } from '../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import type { StoredCode } from '../storage/queries/challenges/of-backends.ts';
import { loadOpenMessages } from '../storage/queries/challenges/sends.ts';
import type { CountedMessages } from '../storage/queries/sent-messages.ts';
import type { Sql } from '../storage/sql.ts';
import { choosePageLocale } from '../texts/page-locale.ts';
import type { PageLocale } from '../texts/page-locale.ts';
import type { Context } from '../calls/context.ts';
import { loggingLimits } from '../calls/log-challenge.ts';
import type { TokenRequest } from '../calls/request.ts';
import { recordAudit } from '../calls/record-audit.ts';
import type { SentBy } from '../telling/hand-over.ts';
import { sendCounted, sendMsMax } from '../telling/send-counted.ts';
import { isInPlaceOf, sentMessageView } from '../views/sent-message.ts';
import type { ToldMessage } from '../views/sent-message.ts';

export type Recipient = Pick<AuthenticatorRow, 'authenticatorId' | 'verificationMethod' | 'verifiedAt'> & {
  readonly contact: Contact;
  /** The method whose provider delivers it, if that is another one. */
  readonly channel?: string | undefined;
};

/** How it is sent. */
export interface Sending {
  /** As the request says: see the contract. */
  readonly unlessOpen: boolean | undefined;
  /** Writes in the transaction of the challenge, which has locked the user. */
  before?(sql: Sql): Promise<void>;
}

/** What was sent, or the open challenge that is used instead. */
export interface SentChallenge {
  readonly challengeId: string;
  readonly userAuthenticatorId: string;
  /** What pages are told about it. */
  readonly told: { readonly sent?: SentMessage };
}

/** What is stored of a message, and how it is sent. */
export interface Message {
  readonly challengeId: string;
  readonly code: StoredCode | null;
  readonly tokenDigest: Buffer | null;
  send(locale: PageLocale): Promise<SentBy>;
}

/**
 * Sends a code or a link to an authenticator's contact, for the token's action only. Sends nothing if one is open and
 * the caller accepts that. Once the provider has taken the message, those sent before by the same method are invalid
 * (ruling 44).
 * @throws {Refusal} `too_many_requests`, `delivery_failed`, `invalid_configuration`
 */
export async function sendChallenge<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  recipient: Recipient,
  message: Message,
  sending: Sending,
): Promise<SentChallenge> {
  const { tenant, row } = action;
  // Before anything is counted or created, if there is no provider to deliver it.
  const channel = recipient.channel ?? recipient.verificationMethod;
  requireUsable(action, channel);
  const logged = { ...action.key, verificationMethod: recipient.verificationMethod, contact: recipient.contact };
  for (;;) {
    const begun = await loggingLimits(context, tenant, logged, () =>
      context.db.transaction((sql) => begin(sql, context, request, route, action, recipient, message, sending)),
    );
    if (begun.kind === 'open') return begun.open;
    if (begun.kind === 'begun') {
      const { messages, sent } = begun;
      const language = choosePageLocale([row.locale, row.userLocale, request.acceptLanguage]);
      const { tenantId, userId } = action.key;
      // A pending address is discarded once something was sent to another address after it (ruling 44).
      const afterwards = (sql: Sql) =>
        discardUnsentAuthenticators(sql, tenantId, userId, recipient.verificationMethod, context.runtime.clock.now());
      const { challengeId } = message;
      const counted = { challengeId, userId, channel, messages, logged, afterwards };
      await sendCounted(context, tenant, counted, () => message.send(language));
      return sent;
    }
    // A message is out, so it is not known yet whether it was sent. It stops being out by itself.
    await context.runtime.timers.wait(pollMs);
  }
}

const pollMs = 250;

type Begun =
  | { readonly kind: 'begun'; readonly messages: CountedMessages; readonly sent: SentChallenge }
  | { readonly kind: 'open'; readonly open: SentChallenge }
  | { readonly kind: 'wait' };

async function begin<R extends Route>(
  sql: Sql,
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  recipient: Recipient,
  { challengeId, code, tokenDigest }: Message,
  { unlessOpen, before }: Sending,
): Promise<Begun> {
  const { tenant, key, token } = action;
  const { authenticatorId, verificationMethod, contact, channel } = recipient;
  const purpose: 'registration' | 'authentication' = isVerified(recipient) ? 'authentication' : 'registration';
  const { scope, given, proven, isRecovered } = token;
  await holdAction(sql, action);
  const nowMs = context.runtime.clock.now();
  const { tenantId } = tenant;
  // Only pages are told, and only they pay for it.
  const mark =
    unlessOpen === undefined ? undefined : await loadContactMark(sql, tenantId, contactSubject(tenant, contact));
  const tell = (message: ToldMessage) =>
    unlessOpen === undefined ? {} : { sent: sentMessageView({ ...message, mark }, nowMs) };
  if (unlessOpen === true) {
    const messages = (await loadOpenMessages(sql, key, nowMs)).filter(
      (message) => message.verificationMethod === verificationMethod,
    );
    if (messages.some((message) => message.isOut)) return { kind: 'wait' };
    const wanted = { verificationMethod, purpose, contact: contactColumns(contact), token };
    const open = messages.find((message) => isInPlaceOf(message, wanted));
    if (open !== undefined) {
      const { challengeId: openId, authenticatorId: userAuthenticatorId } = open;
      return { kind: 'open', open: { challengeId: openId, userAuthenticatorId, told: tell(open) } };
    }
  }
  const counted = await countSend(sql, context, tenant, {
    verificationMethod: channel ?? verificationMethod,
    contact,
    userId: key.userId,
    challengeId,
    ipAddress: request.sender.ipAddress,
    nowMs,
  });
  await before?.(sql);
  const expiresAtMs = nowMs + codeMinutes * 60_000;
  await createActionChallenge(sql, {
    key,
    actionId: token.actionId,
    verificationMethod,
    challengeId,
    purpose,
    authenticatorId,
    contact,
    powers: { scope, given, proven, isRecovered },
    code,
    tokenDigest,
    nowMs,
    expiresAtMs,
    outUntilMs: nowMs + sendMsMax,
  });
  await recordAudit(sql, context, route, request, key.userId, { challengeId, verificationMethod, authenticatorId });
  const sent = {
    ...contactColumns(contact),
    authenticatorId,
    codeLength: code?.length ?? null,
    sentAt: nowMs,
    expiresAt: expiresAtMs,
  };
  return {
    kind: 'begun',
    messages: counted,
    sent: { challengeId, userAuthenticatorId: authenticatorId, told: tell(sent) },
  };
}
