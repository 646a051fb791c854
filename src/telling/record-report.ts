/** What providers tell of messages: it goes into the log of the challenge, and marks the contact for the next one. */
import type { Contact } from '../core/authenticators/contact.ts';
import { contactOf } from '../core/authenticators/contact.ts';
import { isMailbox } from '../core/authenticators/is-mailbox.ts';
import type { Report, ReportedFate } from '../delivery/report.ts';
import type { ToldReports } from './read-reports.ts';
import { contactSubject } from '../counting/contact-subject.ts';
import { logChallenge } from '../calls/log-challenge.ts';
import type { Context } from '../calls/context.ts';
import type { Tenant } from '../storage/published.ts';
import { countProviderMessages, recordMessageReport } from '../storage/queries/challenges/sends.ts';
import { liftContactMark, recordContactMark } from '../storage/queries/contact-marks.ts';
import type { MarkReason } from '../storage/queries/contact-marks.ts';
import { takeProviderReport } from '../storage/queries/provider-reports.ts';
import type { Sql } from '../storage/sql.ts';

/** What a report makes of a contact: marked, or not any more. */
const marks: Readonly<Record<ReportedFate, MarkReason | null>> = {
  delivered: null,
  'not delivered': 'not delivered',
  bounced: 'bounced',
  complained: 'complained',
  stopped: 'stopped',
  started: null,
};

// A provider may tell of a message before the write that names it: it is awaited. Calls also tell of messages that somebody
// else has sent from the same account, so all of them are awaited together.
const pollMs = 200;
const pollsMax = 10;

/**
 * Records what a provider told in one call, a part of it in each transaction. What was told before, in the same bytes, changes
 * nothing.
 */
export async function recordReports(context: Context, tenant: Tenant, { provider, parts }: ToldReports): Promise<void> {
  const { db, runtime } = context;
  const { tenantId } = tenant;
  await awaitMessages(
    context,
    tenantId,
    provider,
    parts.flatMap(({ reports }) => reports),
  );
  const nowMs = runtime.clock.now();
  for (const { reportId, reports } of parts) {
    await db.transaction(async (sql) => {
      if (!(await takeProviderReport(sql, tenantId, reportId, nowMs))) return;
      for (const report of reports) await recordOne(sql, context, tenant, provider, report, nowMs);
    });
  }
}

async function awaitMessages(
  { db, runtime }: Context,
  tenantId: string,
  provider: string,
  reports: readonly Report[],
): Promise<void> {
  const messageIds = reports.flatMap(({ fate, messageId }) =>
    messageId !== undefined && isOfMessage(fate) ? [messageId] : [],
  );
  const awaited = [...new Set(messageIds)];
  if (awaited.length === 0) return;
  for (let polls = 0; polls < pollsMax; polls += 1) {
    if ((await countProviderMessages(db, tenantId, provider, awaited)) === awaited.length) return;
    await runtime.timers.wait(pollMs);
  }
}

/** Whether the fate is that of a message, rather than of a contact. */
function isOfMessage(fate: ReportedFate): fate is 'delivered' | 'not delivered' {
  return fate === 'delivered' || fate === 'not delivered';
}

async function recordOne(
  sql: Sql,
  context: Context,
  tenant: Tenant,
  provider: string,
  report: Report,
  nowMs: number,
): Promise<void> {
  const { fate } = report;
  const contact = await contactIn(sql, context, tenant, provider, report);
  if (contact === undefined) return;
  // A time ahead of ours would outdo everything that comes later.
  const happenedAtMs = Math.min(report.happenedAtMs ?? nowMs, nowMs);
  const about = { subject: contactSubject(tenant, contact), nowMs, happenedAtMs };
  const because = marks[fate];
  if (because === null) {
    await liftContactMark(sql, tenant.tenantId, { ...about, isByPerson: fate === 'started' });
  } else {
    await recordContactMark(sql, tenant.tenantId, { ...about, markId: context.runtime.ids.uuid(), because });
  }
}

/** Whom a report is about, and into the log what became of the message. Undefined for what is not news. */
async function contactIn(
  sql: Sql,
  context: Context,
  tenant: Tenant,
  provider: string,
  { fate, messageId, contact }: Report,
): Promise<Contact | undefined> {
  if (messageId !== undefined && isOfMessage(fate)) {
    const message = await recordMessageReport(sql, tenant.tenantId, provider, messageId, fate);
    if (message === undefined) return undefined;
    const { userId, actionCode, idempotencyKey, verificationMethod } = message;
    const known = contactOf(message);
    const about = { actionCode, idempotencyKey, verificationMethod, provider };
    await logChallenge(sql, context, tenant, fate, { ...about, userId: userId ?? undefined, contact: known });
    return known;
  }
  if (contact === undefined) return undefined;
  if (isMailbox(contact)) return { kind: 'email', value: contact };
  return /^\+[1-9]\d{6,14}$/.test(contact) ? { kind: 'phoneNumber', value: contact } : undefined;
}
