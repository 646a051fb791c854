import type { SessionSigningKey, Tenant } from '../storage/published.ts';

/** The key that signs session access tokens now: the newest that has been published for long enough. */
export function signingKey({ sessionSigningKeys }: Tenant, nowMs: number): SessionSigningKey {
  const key = sessionSigningKeys.find(({ signsFromMs }) => signsFromMs <= nowMs);
  if (key === undefined) throw new Error('The tenant has no key to sign sessions with.');
  return key;
}

/** The keys that a valid token may be signed with now, including those that will sign soon. */
export function verifyingKeys({ sessionSigningKeys }: Tenant, nowMs: number): readonly SessionSigningKey[] {
  return sessionSigningKeys.filter(({ verifiesUntilMs }) => nowMs < verifiesUntilMs);
}
