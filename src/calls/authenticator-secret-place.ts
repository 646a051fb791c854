/** Where an authenticator's secret is sealed. */
export function authenticatorSecretPlace(tenantId: string, authenticatorId: string) {
  return { tenantId, table: 'authenticators', row: authenticatorId, column: 'secret_sealed' };
}
