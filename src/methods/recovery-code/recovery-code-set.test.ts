import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  normaliseRecoveryCode,
  recoveryCodeCount,
  recoveryCodeSetBytes,
  recoveryCodesFrom,
} from './recovery-code-set.ts';

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

  test('carries every random bit: another byte is another code', () => {
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
  test('is the same in small letters, with blanks, without hyphens and with look-alikes', () => {
    const [code = ''] = recoveryCodesFrom(Buffer.alloc(100, 0x21));
    const one = normaliseRecoveryCode(code);
    expect(one).toHaveLength(16);
    for (const typed of [code.toLowerCase(), code.replaceAll('-', ''), code.replaceAll('-', ' '), ` ${code}\n`]) {
      expect(normaliseRecoveryCode(typed)).toBe(one);
    }
    expect(normaliseRecoveryCode('oO-iI-lL')).toBe('001111');
  });

  test('normalised once more is itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normaliseRecoveryCode(text);
        expect(normaliseRecoveryCode(once)).toBe(once);
      }),
    );
  });
});
