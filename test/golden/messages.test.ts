/** Worry: a change of words or of styles reaches people's mail without anybody having looked at it. */
import { describe, expect, test } from 'vitest';
import { messageLocales, messagesOf, textsOf } from '../../scripts/messages-of.ts';
import { expectGolden } from './expect-golden.ts';

const tenantName = 'Example Bank';

test.each(messageLocales)('every mail and text in %s reads as it did', (locale) => {
  const texts = messagesOf(locale, tenantName).map(
    ({ name, subject, text }) => `=== ${name}\nSubject: ${subject}\n\n${text}`,
  );
  const toPhones = textsOf(locale, tenantName).map(({ name, text }) => `=== ${name}\n${text}\n`);
  expectGolden(`messages/${locale}.txt`, [...texts, ...toPhones].join('\n'));
});

test('a mail has the HTML that it had', () => {
  const mails = messagesOf('en', tenantName).slice(0, 5);
  expectGolden('messages/html.txt', mails.map(({ html }) => html).join('\n\n'));
});

describe.each(messageLocales)('in %s', (locale) => {
  const mails = messagesOf(locale, tenantName);
  const textIn = (html: string) => html.replace(/<style>.*?<\/style>|<title>.*?<\/title>/gs, '');

  test('a code stands alone on its line and in its element, so that it can be copied', () => {
    const code = mails.find(({ name }) => name === 'code');
    expect(code?.text.split('\n')).toContain('284901');
    expect(textIn(code?.html ?? '')).toMatch(/>284901</);
  });

  test('every mail names the tenant before anything else, and its HTML says what its text says', () => {
    for (const { name, text, html } of mails) {
      expect(text.split('\n')[0], name).toContain(tenantName);
      const plain = textIn(html).replace(/<[^>]*>/g, '\n').replaceAll('&#39;', "'").replaceAll('&#38;', '&').replaceAll('&#34;', '"').replaceAll('&#60;', '<').replaceAll('&#62;', '>');
      // The link is behind a button there.
      const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('https://'));
      const words = plain.replace(/\s+/g, ' ');
      for (const line of lines) expect(words, `${name}: ${line}`).toContain(line.replace(/\s+/g, ' '));
    }
  });
});
