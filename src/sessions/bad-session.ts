import { Refusal } from '../contract/errors.ts';

// One sentence for every reason: in any case, the holder of an invalid token has to sign in again.
export function badSession(): Refusal {
  return new Refusal('unauthorized', 'The session is not valid: its token is invalid, has expired or was revoked.');
}
