import type { AddressedNotice, Notice } from '../core/notices/notice.ts';
import { guessSubjects } from '../proving/guess-subject.ts';
import { loadVerifiedAuthenticators } from '../storage/queries/authenticators.ts';
import { isFailing } from '../storage/queries/guess-budgets.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { loadUserLocales } from '../storage/queries/users.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { MailWords } from '../texts/mail-words.ts';
import { choosePageLocale } from '../texts/page-locale.ts';
import { mailBodies } from './mail-bodies.ts';
import type { MailContent } from './mail-bodies.ts';
import type { Context } from './operation.ts';
import { sendMail } from './send-mail.ts';

/** Sends the notice of an outbox row, if it is still true. @throws {Refusal} as {@link sendMail} does. */
export async function sendNoticeMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenant_id);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the notice yet.');
  const { tenantId, name, settings } = tenant;
  const { to, notice, happenedAtMs } = row.payload as AddressedNotice;
  if (notice.type === 'method-locked' && row.user_id !== null) {
    // The guess that locked it may have been right, after all.
    const verified = await loadVerifiedAuthenticators(context.db, tenantId, row.user_id);
    const { subjects } = guessSubjects(tenant, row.user_id, verified);
    if (!(await isFailing(context.db, tenantId, subjects, notice.verificationMethod))) return;
  }
  // Never the language of whoever made the change: that need not be the user, who is to understand it.
  const known = row.user_id === null ? [] : await loadUserLocales(context.db, tenantId, row.user_id);
  const words = mailWords(choosePageLocale(known), name);
  const content = contentOf(notice, words, happenedAtMs, settings.timeZone);
  await sendMail(context, tenant, {
    to,
    subject: content.heading,
    ...mailBodies(words, content),
    messageId: `<${row.event_id}@${new URL(context.publicUrl).hostname}>`,
  });
}

function contentOf(notice: Notice, words: MailWords, happenedAtMs: number, timeZone: string): MailContent {
  const sayTime = (timeMs: number) => words.sayTime(timeMs, timeZone);
  const heading = words.say(`${notice.type}.subject`);
  const when = [words.say('notice.time'), sayTime(happenedAtMs)] as const;
  const advice = words.say('notice.advice');
  switch (notice.type) {
    case 'recovery-code-used': {
      const { codesLeft } = notice;
      const left =
        codesLeft === 0
          ? words.say('recovery-code-used.noneLeft')
          : words.sayCount('recovery-code-used.codesLeft', codesLeft);
      return { heading, description: left, facts: [when], advice };
    }
    case 'recovery-codes-made': {
      const description = words.sayCount('recovery-codes-made.description', notice.codesLeft);
      return { heading, description, facts: [when], advice };
    }
    case 'authenticator-added':
    case 'authenticator-removed':
    case 'method-locked':
    case 'action-denied': {
      const facts = [[words.say('notice.way'), words.nameWay(notice.verificationMethod)] as const, when];
      if (notice.type === 'authenticator-added' && notice.heldUntilMs !== undefined) {
        const description = words.say('authenticator-added.held', { time: sayTime(notice.heldUntilMs) });
        return { heading, description, facts, advice };
      }
      return notice.type === 'method-locked' || notice.type === 'action-denied'
        ? {
            heading,
            description: words.say(`${notice.type}.description`),
            facts,
            advice: words.say(`${notice.type}.advice`),
          }
        : { heading, facts, advice };
    }
  }
}
