import type { Clock } from '../runtime/runtime.ts';
import type { Email, Mailer } from './email/mailer.ts';
import type { Text, Texter } from './text/texter.ts';

interface Kept {
  /** Counted from the start of the process, mails and texts together. */
  readonly number: number;
  readonly sentAtMs: number;
}

export interface KeptEmail extends Email, Kept {}
export interface KeptText extends Text, Kept {}

/** What development sends by: it delivers nothing, and shows the messages it was given. */
export interface Inbox {
  readonly mailer: Mailer;
  readonly texter: Texter;
  /** Latest first. */
  messages(): readonly (KeptEmail | KeptText)[];
}

export function isKeptEmail(message: KeptEmail | KeptText): message is KeptEmail {
  return 'html' in message;
}

const messagesMax = 100;

/** Keeps the latest messages in memory for `/dev/inbox`. Never used in production mode. */
export function openInbox(clock: Clock): Inbox {
  let kept: readonly (KeptEmail | KeptText)[] = [];
  let sent = 0;
  const keep = (message: Email | Text) => {
    kept = [{ ...message, number: (sent += 1), sentAtMs: clock.now() }, ...kept].slice(0, messagesMax);
    return String(sent);
  };
  const close = () => {
    kept = [];
  };
  return {
    mailer: {
      async send(email) {
        keep(email);
      },
      close,
    },
    texter: { send: async (text) => keep(text), close },
    messages: () => kept,
  };
}
