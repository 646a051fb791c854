import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRecoveryCode, recoveryCodeCount, recoveryCodeSetBytes, recoveryCodesFrom } from './recovery-code-set.ts';

const bytes = fc.uint8Array({ minLength: recoveryCodeSetBytes, maxLength: recoveryCodeSetBytes });

describe('a set of recovery codes', () => {
  test('N07: has ten codes of 80 bits in four groups of four, without look-alikes', () => {
    fc.assert(
      fc.property(bytes, (random) => {
        const codes = recoveryCodesFrom(random);
        expect(codes).toHaveLength(recoveryCodeCount);
        for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
      }),
    );
    expect(recoveryCodeSetBytes).toBe(100);
  });

  test('uses every random bit: another byte is another code', () => {
    fc.assert(
      fc.property(bytes, fc.nat(recoveryCodeSetBytes - 1), fc.integer({ min: 1, max: 255 }), (random, at, mask) => {
        const changed = Uint8Array.from(random);
        changed[at] = (changed[at] ?? 0) ^ mask;
        const before = recoveryCodesFrom(random);
        const after = recoveryCodesFrom(changed);
        expect(after.filter((code, index) => code !== before[index])).toHaveLength(1);
      }),
    );
    expect(recoveryCodesFrom(Buffer.alloc(100, 0xff))[0]).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ');
    expect(recoveryCodesFrom(Buffer.alloc(100))[9]).toBe('0000-0000-0000-0000');
  });

  test('has no code twice', () => {
    const codes = Array.from({ length: 200 }, () => recoveryCodesFrom(randomBytes(recoveryCodeSetBytes))).flat();
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('a recovery code as a person types it', () => {
  const [code = ''] = recoveryCodesFrom(Buffer.alloc(100, 0x21));
  const plain = code.replaceAll('-', '');

  test.each([
    code.toLowerCase(),
    plain,
    code.replaceAll('-', ' '),
    ` ${code}\n`,
    code.replaceAll('-', '\u2013'),
    code.replaceAll('-', '\u30fc'),
    `\u200b${code}\ufeff`,
    `${code}.`,
    `"${code}"`,
    `\u201c${code}\u201d`,
    `1) ${code}`.slice(2),
    [...code]
      .map((character) => (character === '-' ? '-' : String.fromCharCode(character.charCodeAt(0) + 0xfee0)))
      .join(''),
  ])('ruling 45: %j is the same code', (typed) => {
    expect(readRecoveryCode(typed)).toBe(plain);
  });

  test('ruling 45: look-alikes are read as Crockford specifies, and digits of other scripts as ours', () => {
    expect(readRecoveryCode('oOiI-lL00-0000-0000')).toBe('0011110000000000');
    expect(readRecoveryCode('٠١٢٣-0000-0000-0000')).toBe('0123000000000000');
  });

  test.each(['', plain.slice(1), `${plain}0`, `U${plain.slice(1)}`, '----'])('ruling 45: %j cannot be one', (typed) => {
    expect(readRecoveryCode(typed)).toBeUndefined();
  });

  test('is unchanged when read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 16, maxLength: 64 }), (text) => {
        const once = readRecoveryCode(text);
        if (once !== undefined) expect(readRecoveryCode(once)).toBe(once);
      }),
    );
  });
});
