/** What an app said of itself that could not be checked when it was registered, so that it can be looked at later. */
export const sql = /* sql */ `
alter table authenticators
  -- who made the statement, the statement as it was sent, for which nonces, and when; null for most
  add column app_statement jsonb;
`;
