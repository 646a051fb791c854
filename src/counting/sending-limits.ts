import { Refusal } from '../contract/errors.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { methodSettings } from '../configuring/method-settings.ts';
import type { Context } from '../calls/context.ts';
import { readRateLimit } from './read-rate-limit.ts';
import type { Tenant } from '../storage/published.ts';
import { findReachedLimit, lockSending } from '../storage/queries/sent-messages.ts';
import type { CountedMessages, SendingLimit } from '../storage/queries/sent-messages.ts';
import type { Sql } from '../storage/sql.ts';
import { contactSubject } from './contact-subject.ts';
import { countText } from './count-text.ts';
import { recordCounted } from './record-counted.ts';

const minuteMs = 60_000;

// The limit until the tenant sets its own.
const mailLimit = { messagesMax: 12, windowMs: 10 * minuteMs };
// Refused messages do not count towards the limits above, but still harm the server's reputation. Without this limit,
// mailboxes could be probed endlessly.
const refusedLimit = { messagesMax: 60, windowMs: 60 * minuteMs, isOfRefused: true };

/** A message that is about to be sent. */
export interface MessageToCount {
  readonly verificationMethod: string;
  readonly contact: Contact;
  readonly userId: string | undefined;
  /** The challenge whose row stores it. */
  readonly challengeId: string;
  /** From where it was asked for, if that is known. */
  readonly ipAddress: string | undefined;
  readonly nowMs: number;
}

/**
 * Counts a message against the limits of its contact and of its user, and a text against those of pumping, in the
 * transaction that creates what is sent. Returns what takes the count back if the message is not sent.
 * @throws {Refusal} `too_many_requests`; for a text as {@link countText} does
 */
export async function countSend(
  sql: Sql,
  context: Context,
  tenant: Tenant,
  message: MessageToCount,
): Promise<CountedMessages> {
  const { verificationMethod, contact, userId, nowMs } = message;
  const ofContact = contactSubject(tenant, contact);
  const ofUser = userId === undefined ? undefined : `user:${userId}`;
  // A user's refused messages are limited across all addresses, and use up nothing of those who own the addresses.
  const refusedSubject = ofUser ?? ofContact;
  const ofRefused = { ...refusedLimit, subject: refusedSubject, verificationMethod };
  if (contact.kind === 'phoneNumber')
    return countText(sql, context, tenant, { ...message, ofContact, ofUser, ofRefused });

  const subjects = [ofContact, ...(ofUser === undefined ? [] : [ofUser])].map((subject) => ({
    subject,
    verificationMethod,
  }));
  await lockSending(sql, tenant.tenantId, subjects);
  const own = sendingLimits(tenant, verificationMethod);
  const limits = subjects.flatMap((subject): SendingLimit[] => own.map((limit) => ({ ...limit, ...subject })));
  const reached = await findReachedLimit(sql, tenant.tenantId, [...limits, ofRefused], nowMs);
  if (reached !== undefined) {
    const sentence =
      reached === ofRefused
        ? 'Too many messages to this user or address were refused by the mail server. Try again later.'
        : 'Too many codes were sent to this user or address. Try again later.';
    throw new Refusal('too_many_requests', sentence, Math.ceil(reached.windowMs / 1000));
  }
  return recordCounted(sql, context, tenant, subjects, refusedSubject, nowMs);
}

/** The limits for a method's mails, which all apply: those that the tenant configured, otherwise the built-in one. */
function sendingLimits(tenant: Tenant, verificationMethod: string) {
  const limits = configuredLimits(tenant, verificationMethod);
  return limits.length > 0 ? limits : [mailLimit];
}

function configuredLimits(tenant: Tenant, verificationMethod: string) {
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
  context: Context,
  tenant: Tenant,
  message: { verificationMethod: string; userId: string; nowMs: number },
): Promise<void> {
  const { verificationMethod, userId, nowMs } = message;
  const subject = { subject: `user:${userId}`, verificationMethod };
  const limits = configuredLimits(tenant, verificationMethod).map((limit) => ({ ...limit, ...subject }));
  if (limits.length === 0) return;
  await lockSending(sql, tenant.tenantId, [subject]);
  const reached = await findReachedLimit(sql, tenant.tenantId, limits, nowMs);
  if (reached === undefined) {
    await recordCounted(sql, context, tenant, [subject], subject.subject, nowMs);
    return;
  }
  const sentence = 'The user was asked too often. Try again later.';
  throw new Refusal('too_many_requests', sentence, Math.ceil(reached.windowMs / 1000));
}
