/** What happened to a challenge, for whoever collects its log (server-api 8.6). */
export type ChallengeStep =
  'sent' | 'valid' | 'invalid' | 'too many guesses' | 'too many messages' | 'not sent' | 'delivered' | 'not delivered';

const common = {
  sent: 'SENT',
  'too many guesses': 'MAX_ATTEMPTS_EXCEEDED',
  'too many messages': 'RATE_LIMIT_EXCEEDED',
  'not sent': 'SEND_DOWNSTREAM_FAILED',
  delivered: 'DELIVERED',
  'not delivered': 'NOT_DELIVERED',
} as const;

const ofCodes = { ...common, valid: 'CODE_VALID', invalid: 'CODE_INVALID_OR_EXPIRED' } as const;
const ofKeys = { ...common, valid: 'VALID', invalid: 'INVALID' } as const;
// The wire contract names only those of messages; the others follow it.
const words: Readonly<Record<string, Readonly<Record<ChallengeStep, string>>>> = {
  EMAIL_OTP: { ...ofCodes, invalid: 'INVALID_OR_EXPIRED' },
  EMAIL_MAGIC_LINK: { ...common, valid: 'VALID', invalid: 'INVALID_OR_EXPIRED' },
  PASSKEY: ofKeys,
  SECURITY_KEY: ofKeys,
  PUSH: ofKeys,
};

/** The `type` in a record, such as EMAIL_OTP_CODE_VALID. */
export function challengeLogType(verificationMethod: string, step: ChallengeStep): string {
  return `${verificationMethod}_${(words[verificationMethod] ?? ofCodes)[step]}`;
}
