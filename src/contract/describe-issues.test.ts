import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeIssues, parseWith } from './describe-issues.ts';

function told(schema: z.ZodType, given: unknown): string {
  const { error } = parseWith(schema, given);
  return error === undefined ? 'fits' : describeIssues(error);
}

describe('ruling 2: invalid values are named in the response', () => {
  test.each([
    [z.object({ a: z.string() }), {}, 'a is required.'],
    [z.object({ a: z.string() }), 7, 'The value must be an object.'],
    [z.object({ a: z.string() }), { a: null }, 'a must be a string.'],
    [z.object({ a: z.int() }), { a: 1.5 }, 'a must be a whole number.'],
    [z.object({ a: z.number() }), { a: '1' }, 'a must be a number.'],
    [z.object({ a: z.number().min(1) }), { a: 0 }, 'a must be at least 1.'],
    [z.object({ a: z.string().max(1) }), { a: 'xx' }, 'a must have at most 1 character.'],
    [z.object({ a: z.array(z.string()).min(2) }), { a: [] }, 'a must have at least 2 items.'],
    [z.object({ a: z.enum(['x', 'y']) }), { a: 'z' }, 'a must be one of x, y.'],
    [z.object({ a: z.literal('x') }), { a: 'z' }, 'a must be x.'],
    [z.object({ a: z.string().regex(/^x$/) }), { a: 'y' }, 'a does not have the form that is expected.'],
    [z.object({ a: z.union([z.string(), z.int()]) }), { a: [] }, 'a does not have the form that is expected.'],
    [z.object({ a: z.array(z.object({ b: z.boolean() })) }), { a: [{ b: 1 }] }, 'a.0.b must be true or false.'],
    [
      z.strictObject({ a: z.strictObject({}) }),
      { a: { b: 1 }, c: 1 },
      'a.b is not a known field. c is not a known field.',
    ],
    [z.strictObject({}), { a: 1, b: 2 }, 'a is not a known field. b is not a known field.'],
    // Our own sentences about a value already name it, without its place.
    [z.object({ a: z.string().regex(/^x$/, 'a must be x.') }), { a: 'y' }, 'a must be x.'],
    [z.object({ o: z.object({ a: z.string('a must be text.') }) }), { o: {} }, 'o.a must be text.'],
    [
      z.object({ o: z.array(z.string().min(1, 'Text must not be empty.')) }),
      { o: [''] },
      'o.0: Text must not be empty.',
    ],
  ])('%#', (schema, given, sentence) => {
    expect(told(schema, given)).toBe(sentence);
  });

  test('only up to a limit, and with long member names of callers shortened', () => {
    const names = Array.from({ length: 30 }, (_each, at) => `m${at}`);
    const schema = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
    expect(told(schema, {})).toMatch(/^m0 is required\. .* m7 is required\. And 22 more mistakes\.$/);
    const long = { ['x'.repeat(60_000)]: 1 };
    expect(told(z.strictObject({}), long)).toBe(`${'x'.repeat(64)}… is not a known field.`);
    expect(told(z.strictObject({}), Object.fromEntries(names.map((name) => [name, 1]))).length).toBeLessThan(400);
    expect(told(z.record(z.string(), z.string()), long)).toBe(`${'x'.repeat(64)}… must be a string.`);
  });
});
