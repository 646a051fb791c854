/** Worry: a text costs three messages where one would do, or reads wrong in a language. */
import { describe, expect, test } from 'vitest';
import { mailWords } from '../texts/mail-words.ts';
import { codeText } from './code-text.ts';
import { pageLocales } from '../texts/page-locale.ts';

// The characters of one unit each in GSM 03.38 §6.2.1; with any other a message has 70 instead of 160.
const gsm = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà]+$/;

describe.each(pageLocales)('a text in %s', (locale) => {
  const words = mailWords(locale, 'Kiwi Savings & Loans');
  const sent = { code: '1234567890', validMinutes: 10 };
  const line = codeText(words, sent);
  const text = codeText(words, { ...sent, host: 'accounts.kiwi-savings.example' });

  test('is one message, with the longest code and the page that it is for', () => {
    expect(text).toMatch(gsm);
    expect(text.length).toBeLessThanOrEqual(160);
  });

  test('begins with who sends it, and has the code once before the line for browsers', () => {
    expect(line).toMatch(/^Kiwi Savings & Loans ?: /);
    expect(line.match(/\b1234567890\b/g)).toHaveLength(1);
    expect(line).toContain('10');
  });
});
