import naughtyStrings from 'big-list-of-naughty-strings' with { type: 'json' };
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as v from './values.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 300 });

describe('A68, F28: a user id', () => {
  test.each(['/', '\\', '?', '#', '%', '\0', '\n', '\r', '\t', '\x1b', '\x7f', '\x85', '\x9f'])(
    'may not contain %j',
    (character) => {
      for (const id of [character, `a${character}`, `${character}a`, `a${character}b`]) {
        expect(v.userId.safeParse(id).success, JSON.stringify(id)).toBe(false);
      }
    },
  );

  test.each(['', '.', '..', 'a ', 'a\ufffd', '\ud800', 'a\udc00'])('may not be %j', (id) =>
    expect(v.userId.safeParse(id).success).toBe(false),
  );

  test.each([
    '...',
    '. .',
    ' a',
    '\u00a0',
    '\u2028',
    '\u202e',
    '__proto__',
    'constructor',
    "'; drop table users;--",
    '1',
    'null',
    'é',
    'e\u0301',
    '👩‍👩‍👧',
    '+',
    '&=',
    'a:b',
  ])('may be %j, byte for byte', (id) => expect(v.userId.parse(id)).toBe(id));

  test('has at most 256 characters, counted as people count them', () => {
    for (const id of ['x'.repeat(256), '😀'.repeat(256)]) expect(v.userId.parse(id)).toBe(id);
    for (const id of ['x'.repeat(257), '😀'.repeat(257), 'x'.repeat(1_000_000)]) {
      expect(v.userId.safeParse(id).success).toBe(false);
    }
  });

  test('is either refused or kept exactly, and a kept id fits into a path without encoding', () => {
    fc.assert(
      fc.property(anyText, (id) => {
        const result = v.userId.safeParse(id);
        if (!result.success) return;
        expect(result.data).toBe(id);
        expect(id.isWellFormed()).toBe(true);
        // What the official SDKs do: the id goes into the path as it is.
        const url = new URL(`http://h/v1/users/${id}/authenticators`);
        expect(url.pathname.split('/')).toHaveLength(5);
        expect(url.search + url.hash).toBe('');
      }),
      { numRuns: 2_000 },
    );
    for (const id of naughtyStrings) {
      const result = v.userId.safeParse(id);
      if (result.success) expect(result.data).toBe(id);
    }
  });

  test('is a text', () => {
    for (const id of [null, undefined, 1, true, [], ['a'], {}, { $ne: null }])
      expect(v.userId.safeParse(id).success).toBe(false);
  });
});

describe('redirectUrl', () => {
  test.each(['https://a.example/x?y=1#z', 'http://localhost:3000/', 'com.example.app://callback', 'myapp:///done'])(
    'may be %s',
    (url) => {
      expect(v.redirectUrl.parse(url)).toBe(url);
    },
  );

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    '\tjavascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'blob:https://a.example/1',
    'file:///etc/passwd',
    'view-source:https://a.example',
    'about:blank',
    'filesystem:https://a.example/x',
    'https://user@evil.example/',
    'https://good.example:pw@evil.example/',
    'https://:pw@evil.example/',
    '//evil.example',
    '/path',
    'evil.example',
    'https://',
    '',
  ])('may not be %j', (url) => expect(v.redirectUrl.safeParse(url).success).toBe(false));

  test('has at most 2,048 characters', () => {
    expect(v.redirectUrl.safeParse(`https://a.example/${'x'.repeat(2048)}`).success).toBe(false);
  });

  test('that is accepted parses to itself again, and never to a scheme that runs code', () => {
    const parts = fc.constantFrom(
      'javascript',
      'data',
      'https',
      'http',
      ':',
      '/',
      '//',
      '\\',
      '@',
      '.',
      'evil',
      '\t',
      '\n',
      '%',
      ' ',
      '?',
      '#',
      'myapp',
      '[::1]',
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 8 }), (pieces) => {
        const result = v.redirectUrl.safeParse(pieces.join(''));
        if (!result.success) return;
        const url = new URL(result.data);
        expect(url.href).toBe(result.data);
        expect(['javascript:', 'data:', 'vbscript:', 'blob:', 'file:']).not.toContain(url.protocol);
        expect(url.username + url.password).toBe('');
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('custom', () => {
  test('F29: keeps every number that JSON readers agree on and refuses those they round', () => {
    for (const number of [0, -0, 1.5, -1e-300, 2 ** 53 - 1, -(2 ** 53) + 1, 0.1]) {
      expect(v.custom.safeParse({ number }).success, String(number)).toBe(true);
    }
    for (const number of [2 ** 53, -(2 ** 53), 1e300, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(v.custom.safeParse({ a: [{ number }] }).success, String(number)).toBe(false);
    }
  });

  test('keeps any JSON object of 20 levels exactly and refuses a deeper one', () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
    expect(v.custom.safeParse(nested(20)).success).toBe(true);
    expect(v.custom.safeParse(nested(21)).success).toBe(false);
    expect(v.custom.safeParse({ a: JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`) as unknown }).success).toBe(
      false,
    );
  });

  test.each([[null], [[]], ['text'], [1], [true]])('may not be %j', (value) => {
    expect(v.custom.safeParse(value).success).toBe(false);
  });

  test('A71: keeps a member called __proto__ as a member', () => {
    const given = JSON.parse('{"__proto__":{"polluted":1},"a":{"__proto__":1}}') as unknown;
    expect(JSON.stringify(v.custom.parse(given))).toBe('{"__proto__":{"polluted":1},"a":{"__proto__":1}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('contacts and codes', () => {
  test.each(['a@b.c', 'test@email', 'user+tag@例え.jp', "o'brien@example.com"])('%s is an e-mail address', (text) => {
    expect(v.email.parse(text)).toBe(text);
  });
  test.each(['', '@', 'a@', '@b', 'a b@c', 'a@b\nBcc: x@y', 'a@b@c', 'a\0@b', `${'x'.repeat(65)}@b`, 'a@b.'])(
    '%j is not an e-mail address',
    (text) => {
      expect(v.email.safeParse(text).success).toBe(false);
    },
  );
  test('ruling 56: a raw "+" of a query stays a plus sign, although it arrives as a space', () => {
    expect(v.queriedEmail.parse('ann tag@example.com')).toBe('ann+tag@example.com');
    expect(v.queriedPhoneNumber.parse(' 64 27 123')).toBe('+64 27 123');
    expect(v.queriedPhoneNumber.parse('027 123')).toBe('027 123');
  });
  test.each(['+6427123456', '+14155550100'])('messages can go to %s', (text) =>
    expect(v.sendablePhoneNumber.parse(text)).toBe(text),
  );
  test.each(['027123456', '+0123456789', '+64 27 123456', '+1', '+64271234567890123', '+６427123456', '+6427123456\n'])(
    'messages cannot go to %j',
    (text) => {
      expect(v.sendablePhoneNumber.safeParse(text).success).toBe(false);
    },
  );
  test.each(['withdrawFunds', 'a', 'a-b_C9', 'x'.repeat(64), '__proto__'])('%s is an action', (text) =>
    expect(v.actionCode.parse(text)).toBe(text),
  );
  test.each(['', 'a b', 'a.b', 'é', 'a\n', 'x'.repeat(65), '../a'])('%j is not an action', (text) =>
    expect(v.actionCode.safeParse(text).success).toBe(false),
  );

  test('A69: a text that no database can store is refused', () => {
    for (const text of ['\0', 'a\0b', '\ud800', 'a\udc00'])
      expect(v.text(10).safeParse(text).success, JSON.stringify(text)).toBe(false);
    expect(v.text(10).parse("';--\n\u2028😀")).toBe("';--\n\u2028😀");
  });

  test('ruling 37: an optional text of track that is empty or null counts as absent', () => {
    for (const absent of ['', null, undefined]) expect(v.optionalText(v.email).parse(absent)).toBeUndefined();
    expect(v.optionalText(v.email).parse('a@b')).toBe('a@b');
    for (const bad of [' ', 'a', 0, false, []]) expect(v.optionalText(v.email).safeParse(bad).success).toBe(false);
  });

  test('an optional member that is null counts as absent', () => {
    expect(v.optional(v.email).parse(null)).toBeUndefined();
    expect(v.optional(v.email).parse(undefined)).toBeUndefined();
    expect(v.optional(v.email).safeParse('').success).toBe(false);
  });
});
