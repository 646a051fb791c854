import type { AppCredential } from '../contract/client/app-credentials.ts';
import { expiryOf } from '../core/authenticators/expiry.ts';
import type { AuthenticatorRow } from '../storage/queries/authenticators.ts';
import { omitAbsent } from './omit-absent.ts';
import { wireTime } from './wire-values.ts';

/** The key of an app, as the app sees it. */
export function appCredentialView(row: AuthenticatorRow): AppCredential {
  const expiresAtMs = expiryOf(row);
  return omitAbsent({
    userAuthenticatorId: row.authenticatorId,
    userId: row.userId,
    verifiedAt: wireTime(row.verifiedAt ?? row.createdAt),
    lastVerifiedAt: row.lastVerifiedAt === null ? undefined : wireTime(row.lastVerifiedAt),
    expiresAt: expiresAtMs === undefined ? undefined : wireTime(expiresAtMs),
  });
}
