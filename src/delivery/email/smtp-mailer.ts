import { createTransport } from 'nodemailer';
import { DeliveryFailed } from './mailer.ts';
import type { Mailer } from './mailer.ts';

export interface SmtpOptions {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: string;
  /** The sender: an address, with or without a name. */
  readonly from: string;
}

// A person waits for the answer (F18), so each step is short and all of them together stay within five seconds.
const stepTimeoutMs = 3_000;
const wholeTimeoutMs = 4_500;

/** Mail through an SMTP server. */
export function smtpMailer({ url, from }: SmtpOptions): Mailer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 5,
    connectionTimeout: stepTimeoutMs,
    greetingTimeout: stepTimeoutMs,
    socketTimeout: stepTimeoutMs,
    dnsTimeout: stepTimeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, subject, text, html }) {
      const tooLate = AbortSignal.timeout(wholeTimeoutMs);
      const waiting = new Promise<never>((_resolve, reject) => {
        tooLate.addEventListener('abort', () => reject(new Error('The SMTP server did not answer in time.')));
      });
      // An address object, not text: nothing in an address can become a second recipient or a header.
      const sending = transport.sendMail({ from, to: { name: '', address: to }, subject, text, html });
      // Whichever comes second is of no interest any more.
      sending.catch(() => undefined);
      try {
        await Promise.race([sending, waiting]);
      } catch (error) {
        throw new DeliveryFailed('The message was not accepted for delivery.', { cause: error });
      }
    },
    close: () => transport.close(),
  };
}
