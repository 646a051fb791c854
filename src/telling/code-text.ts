import type { MailWords } from '../texts/mail-words.ts';

/**
 * The text that carries a code: who sends it, the code, how long it works and a warning, on one line. Below it `host`,
 * the page that the code is for, so that browsers and phones enter it there and nowhere else.
 * (https://wicg.github.io/sms-one-time-codes/#format)
 */
export function codeText(
  words: MailWords,
  {
    code,
    validMinutes,
    host,
  }: { readonly code: string; readonly validMinutes: number; readonly host?: string | undefined },
): string {
  const parts = [
    words.say('text.code', { code }),
    words.sayCount('text.validity', validMinutes),
    words.say('text.warning'),
  ];
  const line = parts.join(' ');
  return host === undefined ? line : `${line}\n\n@${host} #${code}`;
}
