/** Defaults of an app client. */
export const appClientDefaults = {
  accessTokenLifetimeInMinutes: 10,
  refreshTokenLifetimeInDays: 30,
  customClaims: {},
} as const;
