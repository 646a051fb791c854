import type { MailWords } from '../texts/mail-words.ts';
import { messagesIn } from './text-units.ts';

/** How many messages a text with what is confirmed may be sent as: tenants pay for each. */
export const textMessagesMax = 3;

/**
 * The text that carries a code: who sends it, the code, how long it works and a warning, on one line. Below it `host`,
 * the page that the code is for, so that browsers and phones enter it there and nowhere else.
 * (https://wicg.github.io/sms-one-time-codes/#format) What is confirmed stands on lines between: never the last, which
 * phones read. If the text would be too long with it, it is left out whole: half of it could say the opposite.
 */
export function codeText(
  words: MailWords,
  {
    code,
    validMinutes,
    host,
    message,
  }: {
    readonly code: string;
    readonly validMinutes: number;
    readonly host?: string | undefined;
    readonly message?: string | undefined;
  },
): string {
  const begin = words.say('text.code', { code });
  const end = `${words.sayCount('text.validity', validMinutes)} ${words.say('text.warning')}`;
  const forPage = host === undefined ? '' : `\n\n@${host} #${code}`;
  if (message !== undefined) {
    const text = `${begin}\n${message}\n${end}${forPage}`;
    if (messagesIn(text) <= textMessagesMax) return text;
  }
  return `${begin} ${end}${forPage}`;
}
