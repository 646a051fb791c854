import type { Clock } from '../../runtime/runtime.ts';
import type { Email, Mailer } from './mailer.ts';

export interface KeptEmail extends Email {
  /** Counted from the start of the process. */
  readonly number: number;
  readonly sentAtMs: number;
}

/** The mailer for development: it delivers nothing, and shows the messages it was given. */
export interface InboxMailer extends Mailer {
  /** Latest first. */
  messages(): readonly KeptEmail[];
}

const messagesMax = 100;

/** Keeps the latest messages in memory for `/dev/inbox`. Never used in production mode. */
export function inboxMailer(clock: Clock): InboxMailer {
  let kept: readonly KeptEmail[] = [];
  let sent = 0;
  return {
    async send(email) {
      kept = [{ ...email, number: (sent += 1), sentAtMs: clock.now() }, ...kept].slice(0, messagesMax);
    },
    messages: () => kept,
    close() {
      kept = [];
    },
  };
}
