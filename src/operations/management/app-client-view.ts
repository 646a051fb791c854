import type { AppClientRow } from '../../storage/queries/app-clients.ts';

/** An app client as it is answered. */
export function appClientView(row: AppClientRow) {
  return {
    clientId: row.client_id,
    name: row.name,
    accessTokenLifetimeInMinutes: row.access_token_lifetime_in_minutes,
    refreshTokenLifetimeInDays: row.refresh_token_lifetime_in_days,
    customClaims: { ...row.custom_claims },
  };
}
