import { Refusal } from '../contract/errors.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import type { Context } from '../calls/context.ts';
import { readRateLimit } from './read-rate-limit.ts';
import type { Tenant } from '../storage/published.ts';
import { countMessage } from '../storage/queries/sent-messages.ts';
import type { CountedMessages, SendingLimit } from '../storage/queries/sent-messages.ts';
import type { Sql } from '../storage/sql.ts';
import { contactSubject } from './contact-subject.ts';

const minuteMs = 60_000;

// The limits until the tenant sets its own: a text message costs money, a mail almost nothing.
const mailLimit: SendingLimit = { messagesMax: 12, windowMs: 10 * minuteMs };
const textLimit: SendingLimit = { messagesMax: 6, windowMs: 10 * minuteMs };
// Refused messages do not count towards the limits above, but still harm the server's reputation. Without this limit,
// mailboxes could be probed endlessly.
const refusedLimit: SendingLimit = { messagesMax: 60, windowMs: 60 * minuteMs, isOfRefused: true };

/**
 * Counts a message against the limits of its contact and of its user, in the transaction that creates what is sent.
 * Returns what takes the count back if the message is not sent.
 * @throws {Refusal} `too_many_requests`
 */
export async function countSend(
  sql: Sql,
  { runtime }: Context,
  tenant: Tenant,
  message: { verificationMethod: string; contact: Contact; userId: string | undefined; nowMs: number },
): Promise<CountedMessages> {
  const { verificationMethod, contact, userId, nowMs } = message;
  const limits = sendingLimits(tenant, verificationMethod);
  const ofContact = contactSubject(tenant, contact);
  const ofUser = userId === undefined ? undefined : `user:${userId}`;
  // A user's refused messages are limited across all addresses, and use up nothing of those who own the addresses.
  const refusedSubject = ofUser ?? ofContact;
  // Sorted, so that two requests take the same locks in the same order (F11).
  const subjects = [ofContact, ...(ofUser === undefined ? [] : [ofUser])].sort();
  const counted = subjects.map((subject) => ({ subject, messageId: runtime.ids.uuid() }));
  for (const { subject, messageId } of counted) {
    const reached = await countMessage(
      sql,
      { tenantId: tenant.tenantId, messageId, subject, verificationMethod, nowMs },
      subject === refusedSubject ? [...limits, refusedLimit] : limits,
    );
    if (reached !== undefined) {
      const retryAfterSeconds = Math.ceil(reached.windowMs / 1000);
      const sentence =
        reached === refusedLimit
          ? 'Too many messages to this user or address were refused by the mail server. Try again later.'
          : 'Too many codes were sent to this user or address. Try again later.';
      throw new Refusal('too_many_requests', sentence, retryAfterSeconds);
    }
  }
  return {
    messageIds: counted.map(({ messageId }) => messageId),
    asRefused: counted.flatMap(({ subject, messageId }) => (subject === refusedSubject ? messageId : [])),
  };
}

/**
 * The limits for a method's messages, which all apply: those that the tenant configured, otherwise the built-in one.
 */
function sendingLimits(tenant: Tenant, verificationMethod: string): readonly SendingLimit[] {
  const limits = configuredLimits(tenant, verificationMethod);
  if (limits.length > 0) return limits;
  return [verificationMethod === 'SMS' || verificationMethod === 'WHATSAPP' ? textLimit : mailLimit];
}

function configuredLimits(tenant: Tenant, verificationMethod: string): readonly SendingLimit[] {
  const configured = methodSettings(tenant, verificationMethod)['sendingRateLimitConfigurations'];
  return (Array.isArray(configured) ? configured : []).flatMap((stored) => {
    const limit = readRateLimit(stored);
    return limit === undefined ? [] : [{ messagesMax: limit.max, windowMs: limit.windowMs }];
  });
}

/**
 * Counts a message to a user that has no address, against the limits that the tenant has configured for its method.
 * @throws {Refusal} `too_many_requests`
 */
export async function countSendToUser(
  sql: Sql,
  { runtime }: Context,
  tenant: Tenant,
  message: { verificationMethod: string; userId: string; nowMs: number },
): Promise<void> {
  const { verificationMethod, userId, nowMs } = message;
  const limits = configuredLimits(tenant, verificationMethod);
  if (limits.length === 0) return;
  const counted = { tenantId: tenant.tenantId, messageId: runtime.ids.uuid(), subject: `user:${userId}` };
  const reached = await countMessage(sql, { ...counted, verificationMethod, nowMs }, limits);
  if (reached === undefined) return;
  const sentence = 'The user was asked too often. Try again later.';
  throw new Refusal('too_many_requests', sentence, Math.ceil(reached.windowMs / 1000));
}
