import type { Measure } from '../core/alerts/measure.ts';
import type { AlertMail, OutboxRow } from '../storage/queries/outbox.ts';
import { isolate, mailWords } from '../texts/mail-words.ts';
import type { Context } from '../calls/context.ts';
import { mailBodies } from './mail-bodies.ts';
import { sendMail } from './send-mail.ts';

// In English, as everything that operators read: no end user gets these.
const names: Readonly<Record<Measure, string>> = {
  decisions: 'Decisions',
  refusals: 'Refused requests',
  failedProofs: 'Failed proofs',
  sends: 'Mails',
  lockouts: 'Lockouts',
  waitingDeliveries: 'Deliveries that wait',
};

/** Tells one of an alert's recipients of an outbox row that it was raised or has ended. @throws {Refusal} as sendMail */
export async function sendAlertMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenantId);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the alert yet.');
  const { to, mail } = row.payload as { readonly to: string; readonly mail: AlertMail };
  const words = mailWords('en', tenant.name);
  const sayTime = (timeMs: number) => words.sayTime(timeMs, tenant.settings.timeZone);
  const isRaised = mail.type === 'alert.raised';
  const [name, tenantName] = [isolate(mail.name), isolate(tenant.name)];
  const counted = [names[mail.measure], ...(mail.kinds === undefined ? [] : [`(${mail.kinds.join(', ')})`])].join(' ');
  const within = mail.measure === 'waitingDeliveries' ? 'now' : minutes(mail.windowMinutes);
  const heading = isRaised ? `Alert at ${tenantName}: ${name}` : `Over again at ${tenantName}: ${name}`;
  await sendMail(context, tenant, {
    to,
    subject: heading,
    ...mailBodies(words, {
      heading,
      description: isRaised
        ? 'A threshold that you set was reached.'
        : 'A threshold that you set was reached, and is not reached any more.',
      facts: [
        [`${counted}, ${within}:`, String(mail.count)],
        ['Threshold:', String(mail.threshold)],
        ['Since:', sayTime(mail.raisedAtMs)],
        ...(isRaised ? [] : [['Until:', sayTime(mail.happenedAtMs)] as const]),
      ],
      advice: isRaised
        ? 'You will be told when it is over, and not again before that.'
        : 'You will be told again if it is reached again.',
    }),
    messageId: `<${row.eventId}@${new URL(context.publicUrl).hostname}>`,
  });
}

function minutes(count: number): string {
  return count === 1 ? 'in a minute' : `in ${count} minutes`;
}
