import type { ChallengeRow } from '../storage/queries/challenges/of-backends.ts';

/**
 * Whether the client API created a challenge for an authenticator that it names. Only the client API accepts the code
 * of such a challenge, because it checks what the token permits.
 */
export function isOfClientApi({ authenticatorId, purpose }: ChallengeRow): boolean {
  return authenticatorId !== null || purpose === 'registration';
}
