import type { Route } from '../../contract/route.ts';
import type { Contact } from '../../core/authenticators/contact.ts';
import { codeMinutes } from '../../proving/challenge-code.ts';
import { holdAction } from '../../proving/hold-action.ts';
import type { OpenAction } from '../../proving/open-action.ts';
import { countSend } from '../../proving/sending-limits.ts';
import { createActionChallenge } from '../../storage/queries/action-challenges.ts';
import type { AuthenticatorRow } from '../../storage/queries/authenticators.ts';
import type { StoredCode } from '../../storage/queries/challenges.ts';
import type { Sql } from '../../storage/sql.ts';
import { choosePageLocale } from '../../texts/page-locale.ts';
import type { PageLocale } from '../../texts/page-locale.ts';
import type { Context, TokenRequest } from '../operation.ts';
import { recordAudit } from '../record-audit.ts';
import { sendCounted, sendMsMax } from '../send-counted.ts';
import type { CountedSend } from '../send-counted.ts';
import { tenantMailer } from '../tenant-mailer.ts';

export type Recipient = Pick<AuthenticatorRow, 'authenticator_id' | 'verification_method' | 'verified_at'> & {
  readonly contact: Contact;
};

/** What a send does besides to its recipient's row, once it is known whether it was taken. */
export type Preparation = Pick<CountedSend, 'ifTaken' | 'ifRefused'> & {
  /** Writes in the transaction of the challenge, in which the user is held. */
  before?(sql: Sql): Promise<void>;
};

/** What is sent, as far as it is stored, and how it is sent. */
export interface Message {
  readonly challengeId: string;
  readonly code: StoredCode | null;
  readonly tokenDigest: Buffer | null;
  send(locale: PageLocale): Promise<void>;
}

/**
 * Sends a code or a link to an authenticator's contact, for the action of the token alone. What was sent before by the
 * same method is dead once it was taken (ruling 44).
 * @throws {Refusal} `too_many_requests`, `delivery_failed`, `invalid_configuration`
 */
export async function sendChallenge<R extends Route>(
  context: Context,
  request: TokenRequest<R>,
  route: R,
  action: OpenAction,
  recipient: Recipient,
  message: Message,
  { before, ...after }: Preparation = {},
): Promise<void> {
  const { runtime, db } = context;
  const { tenant, key } = action;
  const { authenticator_id: authenticatorId, verification_method: verificationMethod, contact } = recipient;
  const { challengeId, code, tokenDigest } = message;
  const { scope, given, proven, isRecovered } = action.token;
  // Refused before anything is counted or made, if there is nobody to deliver it.
  tenantMailer(context, tenant);
  const nowMs = runtime.clock.now();
  const messageIds = await db.transaction(async (sql) => {
    await holdAction(sql, action);
    const counted = await countSend(sql, context, tenant, { verificationMethod, contact, userId: key.userId, nowMs });
    await before?.(sql);
    await createActionChallenge(sql, {
      key,
      actionId: action.token.actionId,
      verificationMethod,
      challengeId,
      purpose: recipient.verified_at === null ? 'registration' : 'authentication',
      authenticatorId,
      contact,
      powers: { scope, given, proven, isRecovered },
      code,
      tokenDigest,
      nowMs,
      expiresAtMs: nowMs + codeMinutes * 60_000,
      outUntilMs: nowMs + sendMsMax,
    });
    await recordAudit(sql, context, route, request, key.userId, { challengeId, verificationMethod, authenticatorId });
    return counted;
  });
  const { locale, user_locale: userLocale } = action.row;
  const language = choosePageLocale([locale, userLocale, request.acceptLanguage]);
  await sendCounted(context, tenant, { challengeId, messageIds, ...after }, () => message.send(language));
}
