import { expect, test } from 'vitest';
import { challengeLogType } from './challenge-log.ts';

test('server-api 8.6: the types of messages are those of the wire contract', () => {
  const steps = ['sent', 'valid', 'invalid', 'too many guesses', 'too many messages', 'not sent'] as const;
  const typesOf = (method: string) => steps.map((step) => challengeLogType(method, step));
  expect(typesOf('EMAIL_OTP')).toEqual([
    'EMAIL_OTP_SENT',
    'EMAIL_OTP_CODE_VALID',
    'EMAIL_OTP_INVALID_OR_EXPIRED',
    'EMAIL_OTP_MAX_ATTEMPTS_EXCEEDED',
    'EMAIL_OTP_RATE_LIMIT_EXCEEDED',
    'EMAIL_OTP_SEND_DOWNSTREAM_FAILED',
  ]);
  expect(typesOf('SMS')).toEqual([
    'SMS_SENT',
    'SMS_CODE_VALID',
    'SMS_CODE_INVALID_OR_EXPIRED',
    'SMS_MAX_ATTEMPTS_EXCEEDED',
    'SMS_RATE_LIMIT_EXCEEDED',
    'SMS_SEND_DOWNSTREAM_FAILED',
  ]);
  expect(challengeLogType('EMAIL_MAGIC_LINK', 'invalid')).toBe('EMAIL_MAGIC_LINK_INVALID_OR_EXPIRED');
  expect(challengeLogType('PASSKEY', 'valid')).toBe('PASSKEY_VALID');
});
