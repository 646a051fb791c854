import type { AddressedNotice, Notice } from '../core/notices/notice.ts';
import { helpStopUrl } from './help-links.ts';
import { isStillLocked } from './is-still-locked.ts';
import type { OutboxRow } from '../storage/queries/outbox.ts';
import { loadUserLocales } from '../storage/queries/users.ts';
import { mailWords } from '../texts/mail-words.ts';
import type { MailWords } from '../texts/mail-words.ts';
import { choosePageLocale } from '../texts/page-locale.ts';
import { mailBodies } from './mail-bodies.ts';
import type { ComposedMail, MailContent } from './mail-bodies.ts';
import type { Context } from '../calls/context.ts';
import { sendMail } from './send-mail.ts';

/** Sends the notice of an outbox row, if it is still true. @throws {Refusal} as {@link sendMail} does. */
export async function sendNoticeMail(context: Context, row: OutboxRow): Promise<void> {
  const tenant = context.published.tenant(row.tenantId);
  if (tenant === undefined) throw new Error('This node does not hold the tenant of the notice yet.');
  const { tenantId, name, settings } = tenant;
  const { to, notice, happenedAtMs } = row.payload as AddressedNotice;
  if (notice.type === 'method-locked' && row.userId !== null) {
    if (!(await isStillLocked(context, tenant, row.userId, notice.verificationMethod))) return;
  }
  // Never the language of the request that made the change: it may not be the user's, and the user has to understand
  // it.
  const known = row.userId === null ? [] : await loadUserLocales(context.db, tenantId, row.userId);
  const words = mailWords(choosePageLocale(known), name);
  await sendMail(context, tenant, {
    to,
    locale: words.locale,
    ...noticeMail(words, notice, happenedAtMs, settings.timeZone, (helpId) =>
      helpStopUrl(context, tenant, words.locale, helpId),
    ),
    messageId: `<${row.eventId}@${new URL(context.publicUrl).hostname}>`,
  });
}

/** The words of a notice. `stopUrl` gives the address by which the user can stop help. */
export function noticeMail(
  words: MailWords,
  notice: Notice,
  happenedAtMs: number,
  timeZone: string,
  stopUrl: (helpId: string) => string,
): ComposedMail {
  const content = contentOf(notice, words, happenedAtMs, timeZone, stopUrl);
  return { subject: content.heading, ...mailBodies(words, content) };
}

function contentOf(
  notice: Notice,
  words: MailWords,
  happenedAtMs: number,
  timeZone: string,
  stopUrl: (helpId: string) => string,
): MailContent {
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
    case 'help-sent':
      return {
        heading,
        description: words.say('help-sent.description', { email: notice.sentTo }),
        // Made when it is sent, so that no link stands in the queue.
        emphasis: { link: stopUrl(notice.helpId), label: words.say('help-sent.primaryCta') },
        facts: [when],
        advice: words.say('help-sent.advice'),
      };
    case 'device-theft':
      return {
        heading,
        description: words.say('device-theft.description'),
        facts: [when],
        advice: words.say('device-theft.advice'),
      };
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
