import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isMailbox } from './is-mailbox.ts';
import { mailboxOf } from './mailbox-of.ts';
import { normalEmail } from './normal-email.ts';

const naughtyStrings = createRequire(import.meta.url)('big-list-of-naughty-strings/blns.json') as string[];

describe('ruling 56: the normal form of an address', () => {
  test.each([
    ['ann@example.com', 'ann@example.com'],
    ['Ann@Example.COM', 'Ann@example.com'],
    ['bob@BÜCHER.example', 'bob@xn--bcher-kva.example'],
    ['bob@bücher.example', 'bob@xn--bcher-kva.example'],
    ['bob@bu\u0308cher.example', 'bob@xn--bcher-kva.example'],
    ['bob@XN--BCHER-KVA.example', 'bob@xn--bcher-kva.example'],
    ['José@straße.example', 'José@xn--strae-oqa.example'],
    ['a@ΒΌΛΟΣ.example', 'a@xn--nxasmq6b.example'],
    ['user+tag@例え.jp', 'user+tag@xn--r8jz45g.jp'],
    ['a@пример.испытание', 'a@xn--e1afmkfd.xn--80akhbyknj4f'],
    ['a@דוגמה.example', 'a@xn--6dbbec0c.example'],
    ['test@email', 'test@email'],
    ["o'brien@my-host.example", "o'brien@my-host.example"],
    ['a..b.@docomo.example', 'a..b.@docomo.example'],
    ['ılker@bank.example', 'ılker@bank.example'],
    // A letter of another alphabet: this is a different domain.
    ['ann@b\u0430nk.example', 'ann@xn--bnk-6cd.example'],
    [`${'x'.repeat(64)}@${'y'.repeat(63)}.example`, `${'x'.repeat(64)}@${'y'.repeat(63)}.example`],
  ])('%s is a mailbox, and its normal form is %s', (address, normal) => {
    expect(isMailbox(address)).toBe(true);
    expect(normalEmail(address)).toBe(normal);
    expect(normalEmail(normal)).toBe(normal);
    expect(mailboxOf(address)).toBe(normal.toLowerCase());
  });

  test.each([
    ...[
      '',
      '@',
      'ann',
      'ann@',
      '@bank.example',
      'ann@evil.example@bank.example',
      ' ann@bank.example',
      'ann@bank.example ',
    ],
    ...[
      'ann@bank.example.',
      'ann@.example',
      'ann@bank..example',
      'ann@-bank.example',
      'ann@bank-.example',
      'ann@a_b.example',
    ],
    ...['mailto:ann@bank.example', 'ann,bob@bank.example', 'ann@bank.example,bob@bank.example', 'ann@bank.example;'],
    ...[
      '"ann"@bank.example',
      '<ann@bank.example>',
      'Ann <ann@bank.example>',
      'ann@bank.example>',
      'ann(x)@bank.example',
    ],
    ...[
      'ann@[127.0.0.1]',
      'ann@127.0.0.1',
      'ann@bank.1',
      'ann@bank.example/x',
      'ann@bank.example:25',
      'ann@bücher.example/ü',
    ],
    ...['an\u200bn@bank.example', 'ann@ba\u200bnk.example', 'ann@bank.example\u200b', 'ann@ba\u00adnk.example'],
    ...['an\u034fn@bank.example', 'an\u3164n@bank.example', 'an\ufe0fn@bank.example', 'ann\u202e@bank.example'],
    ...['ann@ban\u212a.example', 'ann@BAN\u0130.example', 'ann@\uff42ank.example', 'ann@bank\u3002example'],
    ...['ann@bank\uff0eexample', 'ann@bank\uff61example', 'ann\uff20evil.example@bank.example', 'ann@ﬁn.example'],
    ...['ann@ex\tample.com', 'ann\n@bank.example', 'ann@bank.example\nBcc: x@y', 'a\0@b', '\ud800@bank.example'],
    ...[`${'x'.repeat(65)}@bank.example`, `ann@${'x'.repeat(64)}.example`, `ann@${'x.'.repeat(127)}example`],
  ])('%j is not a mailbox', (address) => {
    expect(isMailbox(address)).toBe(false);
  });

  test('the normal form of a mailbox is a mailbox and its own normal form; no input throws or is slow', () => {
    const domain = fc.string({ unit: 'grapheme', maxLength: 12 });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.tuple(domain, domain).map(([a, b]) => `ann@${a}.${b}`),
        ),
        (address) => {
          const normal = normalEmail(address);
          expect(normalEmail(normal)).toBe(normal);
          if (!isMailbox(address)) return;
          expect(isMailbox(normal)).toBe(true);
          expect(normal.slice(normal.lastIndexOf('@'))).toMatch(/^@[a-z0-9.-]+$/);
          expect(normalEmail(address.normalize('NFD'))).toBe(normalEmail(address.normalize('NFC').normalize('NFD')));
        },
      ),
    );
    for (const text of naughtyStrings) expect(isMailbox(`${text}@${text}`) && /\s/.test(text)).toBe(false);
    for (const piece of ['a.', 'ü', '-', '@', 'xn--']) isMailbox(`a@${piece.repeat(50_000)}`);
  });
});
