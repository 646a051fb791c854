import { Refusal } from '../../contract/errors.ts';

// One sentence for every reason: whoever holds a dead token has to sign in again, whatever it died of.
export function badSession(): Refusal {
  return new Refusal('unauthorized', 'The session is not valid: its token is invalid, has expired or was revoked.');
}
