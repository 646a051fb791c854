import type { AppClientRow } from '../storage/queries/app-clients.ts';

/** An app client as responses show it. */
export function appClientView(row: AppClientRow) {
  return {
    clientId: row.clientId,
    name: row.name,
    accessTokenLifetimeInMinutes: row.accessTokenLifetimeInMinutes,
    refreshTokenLifetimeInDays: row.refreshTokenLifetimeInDays,
    customClaims: { ...row.customClaims },
  };
}
