import type { Route } from '../../contract/route.ts';
import type { SentMessage } from '../../contract/client/values.ts';
import { contactColumns } from '../../core/authenticators/contact.ts';
import type { Contact } from '../../core/authenticators/contact.ts';
import { codeMinutes } from '../../proving/challenge-code.ts';
import { holdAction } from '../../proving/hold-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { countSend } from '../../proving/sending-limits.ts';
import { createActionChallenge } from '../../storage/queries/action-challenges.ts';
import { discardUnsentAuthenticators } from '../../storage/queries/authenticators.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { StoredCode } from '../../storage/queries/challenges.ts';
import { loadOpenMessages } from '../../storage/queries/sent-challenges.ts';
import type { CountedMessages } from '../../storage/queries/sent-messages.ts';
import type { Sql } from '../../storage/sql.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import type { PageLocale } from '../../texts/page-locale.ts';
import type { Context, TokenRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { sendCounted, sendMsMax } from '../send-counted.ts';
import { tenantMailer } from '../tenant-mailer.ts';
import { isInPlaceOf, sentMessageView } from './sent-message.ts';
import type { ToldMessage } from './sent-message.ts';

export type Recipient = Pick<AuthenticatorRow, 'authenticator_id' | 'verification_method' | 'verified_at'> & {
  readonly contact: Contact;
};

/** How it is sent. */
export interface Sending {
  /** As the caller asks: see the contract. */
  readonly unlessOpen: boolean | undefined;
  /** Writes in the transaction of the challenge, in which the user is held. */
  before?(sql: Sql): Promise<void>;
}

/** What was sent, or is good in its place. */
export interface SentChallenge {
  readonly challengeId: string;
  readonly userAuthenticatorId: string;
  /** What pages are told of it. */
  readonly told: { readonly sent?: SentMessage };
}

/** What is sent, as far as it is stored, and how it is sent. */
export interface Message {
  readonly challengeId: string;
  readonly code: StoredCode | null;
  readonly tokenDigest: Buffer | null;
  send(locale: PageLocale): Promise<void>;
}

/**
 * Sends a code or a link to an authenticator's contact, for the action of the token alone, unless one is open and that is
 * enough for the caller. What was sent before by the same method is dead once it was taken (ruling 44).
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
  // Refused before anything is counted or made, if there is nobody to deliver it.
  tenantMailer(context, tenant);
  for (;;) {
    const begun = await context.db.transaction((sql) =>
      begin(sql, context, request, route, action, recipient, message, sending),
    );
    if (begun.kind === 'open') return begun.open;
    if (begun.kind === 'begun') {
      const { messages, sent } = begun;
      const language = choosePageLocale([row.locale, row.user_locale, request.acceptLanguage]);
      const { tenantId, userId } = action.key;
      // An address that is being enrolled makes room for another that was sent something after it (ruling 44).
      const afterwards = (sql: Sql) =>
        discardUnsentAuthenticators(sql, tenantId, userId, recipient.verification_method, context.runtime.clock.now());
      const counted = { challengeId: message.challengeId, userId, messages, afterwards };
      await sendCounted(context, tenant, counted, () => message.send(language));
      return sent;
    }
    // Nobody can say yet that it was sent; it ends by itself, if nobody does.
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
  const { authenticator_id: authenticatorId, verification_method: verificationMethod, contact } = recipient;
  const purpose: 'registration' | 'authentication' = recipient.verified_at === null ? 'registration' : 'authentication';
  const { scope, given, proven, isRecovered } = token;
  await holdAction(sql, action);
  const nowMs = context.runtime.clock.now();
  const tell = (message: ToldMessage) => (unlessOpen === undefined ? {} : { sent: sentMessageView(message, nowMs) });
  if (unlessOpen === true) {
    const messages = (await loadOpenMessages(sql, key, nowMs)).filter(
      (message) => message.verification_method === verificationMethod,
    );
    if (messages.some((message) => message.is_out)) return { kind: 'wait' };
    const wanted = { verification_method: verificationMethod, purpose, contact: contactColumns(contact), token };
    const open = messages.find((message) => isInPlaceOf(message, wanted));
    if (open !== undefined) {
      const { challenge_id: openId, authenticator_id: userAuthenticatorId } = open;
      return { kind: 'open', open: { challengeId: openId, userAuthenticatorId, told: tell(open) } };
    }
  }
  const counted = await countSend(sql, context, tenant, {
    verificationMethod,
    contact,
    userId: key.userId,
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
    authenticator_id: authenticatorId,
    code_length: code?.length ?? null,
    sent_at: nowMs,
    expires_at: expiresAtMs,
  };
  return {
    kind: 'begun',
    messages: counted,
    sent: { challengeId, userAuthenticatorId: authenticatorId, told: tell(sent) },
  };
}
