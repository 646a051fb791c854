import type { ChallengeRow } from '../../storage/queries/challenges.ts';

/**
 * Whether a challenge was made by the client API for an authenticator that it names: it is answered there alone, where what
 * the token permits is looked at.
 */
export function isOfClientApi({ authenticator_id, purpose }: ChallengeRow): boolean {
  return authenticator_id !== null || purpose === 'registration';
}
