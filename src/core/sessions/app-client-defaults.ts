/** What an app client is like as long as nobody says otherwise. */
export const appClientDefaults = {
  access_token_lifetime_in_minutes: 10,
  refresh_token_lifetime_in_days: 30,
  custom_claims: {},
} as const;
