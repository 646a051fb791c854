import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../contract/errors.ts';
import { parseBody } from './parse-body.ts';

function refusal(body: string | Buffer): string {
  try {
    parseBody(typeof body === 'string' ? Buffer.from(body) : body);
    return 'none';
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

describe('a body', () => {
  test('that is not there counts as an empty object', () => expect(parseBody(Buffer.alloc(0))).toEqual({}));

  test('that is a JSON object is read as it is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const text = JSON.stringify(object);
        fc.pre(!text.includes('\\u0000') && text.isWellFormed() && !/\\ud[89a-f]/i.test(text));
        expect(JSON.stringify(parseBody(Buffer.from(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  test.each(['null', '[]', '"text"', '1', 'true', ' '])('%s is no object', (text) => {
    expect(refusal(text)).toMatch(/^invalid_request: /);
  });

  test.each([
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{"a":01}',
    '{"a":NaN}',
    '{"a":"\n"}',
    '{}{}',
    '\ufeff{}',
    'canary',
    '{"a":"\0"}',
  ])('%j is not JSON, and the refusal repeats nothing of it', (text) => {
    expect(refusal(text)).toBe('invalid_request: The body is not valid JSON.');
  });

  test('that is not UTF-8 is refused', () => {
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
      expect(refusal(body)).toBe('invalid_request: The body is not UTF-8.');
    }
    expect(refusal(Buffer.from('{"a":1}', 'utf16le'))).not.toBe('none');
  });

  test('F28: that holds NUL or half a surrogate pair, in a value or a name, at any depth, is refused; a whole pair is not', () => {
    for (const evil of ['\\u0000', '\\ud800', '\\udfff', '\\uDC00\\uD800', 'x\\ud83dx']) {
      for (const text of [`{"a":"${evil}"}`, `{"${evil}":1}`, `{"a":[[{"b":["${evil}"]}]]}`, `{"a":{"${evil}":{}}}`]) {
        expect(refusal(text), text).toMatch(/^invalid_request: Text must not contain NUL/);
      }
    }
    expect(parseBody(Buffer.from('{"a":"\\ud83d\\ude00 \\\\u0000"}'))).toEqual({ a: '😀 \\u0000' });
  });

  test('A74: of 64 KiB that is nothing but brackets is read or refused within a moment', () => {
    const depth = 32_000;
    const startedMs = performance.now();
    expect(parseBody(Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`))).toHaveProperty('a');
    expect(refusal(`{"a":"\\u0000","b":${'['.repeat(depth)}${']'.repeat(depth)}}`)).toMatch(/NUL/);
    expect(refusal('['.repeat(65_000))).toMatch(/not valid JSON/);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });

  test('A71: with __proto__ as a name gives an own member and changes no prototype', () => {
    const body = parseBody(Buffer.from('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
    expect(Object.hasOwn(body, '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(body)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
