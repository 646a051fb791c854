import { mailTopics } from '../core/notices/mail-topics.ts';
import type { MailTopic } from '../core/notices/mail-topics.ts';
import type { MailChoice } from '../storage/queries/memberships.ts';

/** What a member has chosen to be told of, without what this release does not know. */
export function mailTopicsOf(choice: Pick<MailChoice, 'mails'> | undefined): MailTopic[] {
  return mailTopics.filter((topic) => choice?.mails.includes(topic) === true);
}
